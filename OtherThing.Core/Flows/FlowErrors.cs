using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>Why a flow cannot be had, saved or run.</summary>
public static class FlowErrors
{
    /// <summary><c>flow.not_found</c>.</summary>
    public static Error NotFound { get; } = Error.NotFound("flow.not_found", "There is no such flow in this workspace.");

    /// <summary><c>flow.version_not_found</c>.</summary>
    public static Error VersionNotFound(int number) =>
        Error.NotFound("flow.version_not_found", $"Version {number} of this flow was neither published nor run, so it was not kept.");

    /// <summary><c>flow.not_published</c>.</summary>
    public static Error NotPublished { get; } = Error.NotFound("flow.not_published", "This flow has no published version yet.");

    /// <summary><c>flow.paused</c>.</summary>
    public static Error Paused { get; } =
        Error.Conflict("flow.paused", "This flow is paused: nothing new starts until somebody resumes it in its settings.");

    /// <summary><c>flow.step_not_found</c>.</summary>
    public static Error StepNotFound(string stepId) =>
        Error.NotFound("flow.step_not_found", $"The saved draft of this flow has no step '{FlowValidator.Short(stepId)}'.");

    /// <summary><c>flow.template_not_found</c>.</summary>
    public static Error TemplateNotFound { get; } = Error.NotFound("flow.template_not_found", "The gallery has no such template.");

    /// <summary><c>flow.changed</c>: 409 for a version in the body, 412 for If-Match.</summary>
    public static Error Changed(int expected, int current, bool byHeader) => new(
        byHeader ? ErrorKind.PreconditionFailed : ErrorKind.Conflict,
        "flow.changed",
        $"Somebody changed this flow: it is at version {current}, yours was made from {expected}. Load it again and repeat your change.");

    /// <summary><c>flow.changed</c>: the draft is not the one the person looked at when they chose to publish it.</summary>
    public static Error ChangedSinceSeen { get; } = Error.Conflict(
        "flow.changed", "Somebody changed this draft while you looked at it, so it was not published. Look at the changes again, then publish.");

    /// <summary><c>flow.settings_changed</c>: they are not those that the change was made from.</summary>
    public static Error SettingsChanged { get; } = Error.Conflict(
        "flow.settings_changed", "Somebody changed the settings of this flow since you opened them. Look at them again, then repeat your change.");

    /// <summary><c>flow.invalid</c> with every problem; the message says the step's name, the fields its id.</summary>
    public static Error Invalid(IReadOnlyList<FlowProblem> problems, FlowDocument? flow = null) => Error.Invalid(
        "flow.invalid",
        problems.Count == 1 ? problems[0].Say(flow) : $"{problems.Count} things are wrong with this flow; the first is {problems[0].Say(flow)}",
        [.. problems.Select(problem => new FieldError("flow." + problem.Path, problem.Message))]);

    /// <summary><c>flow.name_invalid</c>.</summary>
    public static Error NameInvalid { get; } = Error.Invalid("flow.name_invalid", "name", $"A flow needs a name of 1 to {FlowLimits.FlowName}.");

    /// <summary><c>flow.description_too_long</c>.</summary>
    public static Error DescriptionTooLong { get; } =
        Error.Invalid("flow.description_too_long", "description", $"A description has up to {FlowLimits.FlowDescription}.");
}
