using System.Globalization;

namespace OtherThing.Core.Runs.Machine;

/// <summary>What one run may use up.</summary>
/// <param name="StepRuns">The most step runs.</param>
/// <param name="ValueBytes">The most bytes of memory that its values still needed and its items at work may take.</param>
/// <param name="TurnSteps">The most steps the machine carries out before it gives the turn back.</param>
internal sealed record RunBudget(int StepRuns, long ValueBytes, int TurnSteps = RunBudget.StepsPerTurn)
{
    /// <summary>Few enough to take some milliseconds at most, so that whoever drives the machine can look at a clock in between.</summary>
    public const int StepsPerTurn = 64;

    /// <summary>So many bytes of values count as one step of a turn.</summary>
    public const int BytesPerStep = 4_096;

    /// <summary>What applies where nothing is configured.</summary>
    public static RunBudget Default { get; } = new RunOptions().Budget;

    public StepError StepsError(string path) => new(
        "run.limit.steps",
        string.Create(
            CultureInfo.InvariantCulture,
            $"The run needs more than {StepRuns:N0} step runs, the most one run may have (Runs:StepRuns). Give its maps and loops less to do, split the work over several runs, or raise the setting."))
    {
        Path = path,
    };

    public StepError BytesError(string path) => new(
        "run.limit.bytes",
        string.Create(
            CultureInfo.InvariantCulture,
            $"The run needs more than {ValueBytes / 1_048_576:N0} MiB of memory for its values and the items it works on, the most one run may use (Runs:MemoryMiB). Hand on less than whole answers, let its maps work on fewer items at once, or raise the setting."))
    {
        Path = path,
    };
}
