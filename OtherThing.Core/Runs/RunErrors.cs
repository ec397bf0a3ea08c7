using OtherThing.Core.Results;

namespace OtherThing.Core.Runs;

/// <summary>Why a run cannot be had, started or changed.</summary>
public static class RunErrors
{
    /// <summary><c>run.not_found</c>.</summary>
    public static Error NotFound { get; } = Error.NotFound("run.not_found", "There is no such run in this workspace.");

    /// <summary><c>run.already_finished</c>.</summary>
    public static Error AlreadyFinished(RunStatus status) =>
        Error.Conflict("run.already_finished", $"The run has already {status.ToString().ToLowerInvariant()}.");

    /// <summary><c>run.input_invalid</c> with every field.</summary>
    public static Error InputInvalid(IReadOnlyList<FieldError> fields) =>
        Error.Invalid("run.input_invalid", fields[0].Message, fields);

    /// <summary><c>run.input_too_large</c>.</summary>
    public static Error InputTooLarge { get; } = new(ErrorKind.TooLarge, "run.input_too_large", "The input of a run has up to 1 MiB.");

    /// <summary><c>run.value_not_found</c>.</summary>
    public static Error ValueNotFound { get; } = Error.NotFound("run.value_not_found", "This run keeps no such value.");

    /// <summary><c>run.no_steps</c>.</summary>
    public static Error NoSteps { get; } = Error.Invalid("run.no_steps", "flow.steps", "This flow has no steps yet, so there is nothing to run.");

    /// <summary><c>run.step_not_found</c>.</summary>
    public static Error StepNotFound(string step) =>
        Error.Invalid("run.step_not_found", "fromStep", $"The version this run ran has no step '{step}'.");
}
