using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>Why an edit is refused.</summary>
internal static class FlowEditErrors
{
    public static Error Invalid(string path, string message) => Error.Invalid("flow.edit_invalid", path, message);

    public static Error TooLarge(string message) => new(ErrorKind.TooLarge, "flow.too_large", message);

    public static Error StepExists(string id) =>
        Error.Conflict("flow.step_exists", $"There is a step '{id}' already; choose another id.");

    public static Error StepUnknown(string id) =>
        Error.Conflict("flow.step_unknown", $"There is no step '{id}'; somebody may have deleted it.");

    public static Error ConnectionRefused(string from, string to, string reason) =>
        Error.Conflict("flow.connection_refused", $"'{from}' cannot be connected to '{to}'. {reason}");

    public static Error ConnectionUnknown(string from, string to) =>
        Error.Conflict("flow.connection_unknown", $"There is no such connection from '{from}' to '{to}'.");

    public static Error NoteUnknown(string id) =>
        Error.Conflict("flow.note_unknown", $"There is no note '{id}'; somebody may have deleted it.");
}
