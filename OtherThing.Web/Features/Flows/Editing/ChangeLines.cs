using OtherThing.Core.Flows.Versions;

namespace OtherThing.Web.Features.Flows.Editing;

/// <summary>What differs in how two versions run, a line each: "Changed Ask: prompt, model".</summary>
internal static class ChangeLines
{
    private const int MostFields = 4;

    /// <summary>How many lines there are.</summary>
    public static int CountOf(FlowDiff diff) => diff.Steps.Count + diff.Connections.Count;

    /// <summary>The lines, steps first.</summary>
    public static IEnumerable<string> Of(FlowDiff diff) =>
    [
        .. diff.Steps.Select(Say),
        .. diff.Connections.Select(change => change.Kind == FlowChangeKind.Added
            ? $"Connected {change.FromName}{PortOf(change)} to {change.ToName}"
            : $"Disconnected {change.FromName}{PortOf(change)} from {change.ToName}"),
    ];

    private static string Say(StepChange step) => step.Kind != FlowChangeKind.Changed
        ? $"{step.Kind} {step.Name}"
        : $"Changed {step.Name}: {string.Join(", ", FieldsOf(step).Take(MostFields))}{(FieldsOf(step).Count() > MostFields ? " and more" : "")}";

    /// <summary>The fields at the top of the config and the settings beside it, each once.</summary>
    private static IEnumerable<string> FieldsOf(StepChange step) => step.Fields
        .Select(field => (field.Path.StartsWith("config.", StringComparison.Ordinal) ? field.Path[7..] : field.Path).Split('.', '[')[0])
        .Distinct(StringComparer.Ordinal);

    private static string PortOf(ConnectionChange change) => change.Connection.Port == "out" ? "" : $" ({change.Connection.Port})";
}
