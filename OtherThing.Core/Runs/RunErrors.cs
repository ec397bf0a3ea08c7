using System.Globalization;
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

    /// <summary><c>run.not_failed</c>.</summary>
    public static Error NotFailed { get; } = Error.Conflict("run.not_failed", "The run did not fail, so there is no failure to create a task from.");

    /// <summary><c>run.input_invalid</c> with every field.</summary>
    public static Error InputInvalid(IReadOnlyList<FieldError> fields) =>
        Error.Invalid("run.input_invalid", fields[0].Message, fields);

    /// <summary><c>run.input_too_large</c>.</summary>
    public static Error InputTooLarge { get; } = new(ErrorKind.TooLarge, "run.input_too_large", "The input of a run has up to 1 MiB.");

    /// <summary><c>run.limit.calls</c>.</summary>
    public static StepError TooManyCalls(int most) => new(
        "run.limit.calls",
        string.Create(
            CultureInfo.InvariantCulture,
            $"The run called more than {most:N0} runs, counting those that they called, the most one run may have (Runs:Calls). Does a flow call itself? Else call flows for fewer items, or raise the setting."));

    /// <summary><c>run.limit.hops</c>.</summary>
    public static Error TooManyHops(int hops, int most) => new(
        ErrorKind.Loop,
        "run.limit.hops",
        string.Create(
            CultureInfo.InvariantCulture,
            $"Runs of this server have started one another over HTTP {hops:N0} times in a row, and up to {most:N0} are let through (Runs:Hops). Does a flow call its own webhook? Else raise the setting."));

    /// <summary><c>flow.call_too_deep</c>.</summary>
    public static Error TooDeep(int most) => Error.Conflict(
        "flow.call_too_deep",
        string.Create(
            CultureInfo.InvariantCulture,
            $"Flows call flows up to {most} deep (Runs:CallDepth). Does a flow call itself without an end? Else raise the setting."));

    /// <summary><c>run.value_not_found</c>.</summary>
    public static Error ValueNotFound { get; } = Error.NotFound("run.value_not_found", "This run keeps no such value.");

    /// <summary><c>run.settle_invalid</c>.</summary>
    public static Error SettleInvalid(string field) =>
        Error.Invalid("run.settle_invalid", field, "Say which step (path) and whether it happened (true or false).");

    /// <summary><c>run.not_kept</c>: the database refuses the run's own row, so that there is no run.</summary>
    public static Error NotKept(string reason) =>
        Error.Invalid("run.not_kept", "run", "The run could not be written down and was not started: " + reason);

    /// <summary><c>run.no_steps</c>.</summary>
    public static Error NoSteps { get; } = Error.Invalid("run.no_steps", "flow.steps", "This flow has no steps yet, so there is nothing to run.");

    /// <summary><c>run.busy</c>.</summary>
    public static Error Busy { get; } =
        new(ErrorKind.Unavailable, "run.busy",
            "The run is just being taken over after a fault; ask again in a moment.")
        { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary><c>run.not_finished</c>.</summary>
    public static Error NotFinished { get; } = Error.Conflict("run.not_finished", "The run is still under way; wait for its end or cancel it.");

    /// <summary><c>run.not_begun</c>.</summary>
    public static Error NotBegun { get; } =
        Error.Conflict("run.not_begun", "The run waits in the queue and has not begun; cancel it, or pause its flow.");

    /// <summary><c>run.map_not_found</c>.</summary>
    public static Error MapNotFound(string step) =>
        Error.Invalid("run.map_not_found", "fromStep", $"'{TextCut.Shown(step, 64)}' is no map at the top of the version this run ran.");

    /// <summary><c>run.no_failed_items</c>.</summary>
    public static Error NoFailedItems(string step) => Error.Conflict("run.no_failed_items", $"No item of '{step}' failed.");

    /// <summary><c>run.not_unknown</c>.</summary>
    public static Error NotUnknown(string path) => Error.Conflict(
        "run.not_unknown", $"The run did not end because the fate of '{TextCut.Shown(path, 200)}' is unknown, so there is nothing to settle.");

    /// <summary><c>run.step_not_found</c>.</summary>
    public static Error StepNotFound(string step) =>
        Error.Invalid("run.step_not_found", "fromStep", $"The version this run ran has no step '{step}'.");
}
