using System.ComponentModel.DataAnnotations;
using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Runs;

/// <summary>What a run may use up before it is stopped with an error that names the limit, and how runs share the server.</summary>
public sealed class RunOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Runs";

    /// <summary>Step runs of one run: each attempt and each skipped step counts, and so do those of the runs it called. 1 to 100,000,000.</summary>
    [Range(1, 100_000_000)]
    public int StepRuns { get; init; } = 250_000;

    /// <summary>What a run may take in memory, in MiB: its values that are still needed and its items at work. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MemoryMiB { get; init; } = 64;

    /// <summary>How long a run works without a pause before others get their turn, in milliseconds. 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int TurnMilliseconds { get; init; } = 20;

    /// <summary>Runs that one run may call, and they in turn, all together. 0 to 10,000,000.</summary>
    [Range(0, 10_000_000)]
    public int Calls { get; init; } = 1_000;

    /// <summary>Called runs under way at once, per workspace and depth; more wait for their turn. 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int CallsAtOnce { get; init; } = 20;

    /// <summary>How many calls deep flows may call flows. 0 to 100.</summary>
    [Range(0, 100)]
    public int CallDepth { get; init; } = 8;

    /// <summary>How often in a row a run may lead to another one by calling this server over HTTP. 0 to 1,000.</summary>
    [Range(0, 1_000)]
    public int Hops { get; init; } = 5;

    internal RunBudget Budget => new(StepRuns, MemoryMiB * 1_048_576L);
}
