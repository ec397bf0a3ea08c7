using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs;

/// <summary>One execution of a flow version, as the database keeps it. Only the <see cref="RunJournal"/> writes it.</summary>
public sealed record Run
{
    /// <summary>The most characters of <see cref="ParentPath"/>; the deepest path a flow can have is below 700.</summary>
    public const int MaxParentPath = 2_000;

    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The workspace.</summary>
    public required Guid WorkspaceId { get; init; }

    /// <summary>The flow; it may be deleted since.</summary>
    public required Guid FlowId { get; init; }

    /// <summary>The flow's name when the run started.</summary>
    public required string FlowName { get; init; }

    /// <summary>The version that ran.</summary>
    public required int FlowVersion { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>What started it.</summary>
    public required RunTrigger Trigger { get; init; }

    /// <summary>The trigger step it started from; null takes the flow's first.</summary>
    public string? TriggerStepId { get; init; }

    /// <summary>The member it acts for.</summary>
    public required Guid StartedBy { get; init; }

    /// <summary>The run it repeats; null for a first run.</summary>
    public Guid? RerunOf { get; init; }

    /// <summary>The run whose <c>flow.call</c> step started it; null for a run of its own.</summary>
    public Guid? ParentRunId { get; init; }

    /// <summary>The path of that step in the parent.</summary>
    public string? ParentPath { get; init; }

    /// <summary>How many calls deep it is: 0 for a run of its own.</summary>
    public int Depth { get; init; }

    /// <summary>The run at the top of the calls that led to it; null for a run of its own.</summary>
    public Guid? RootRunId { get; init; }

    /// <summary>How often in a row a run led to this one by calling this server over HTTP; 0 for one that somebody else started.</summary>
    public int Hops { get; init; }

    /// <summary>How long it may take from its beginning, in seconds; null for no limit.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>True when a limit of its flow or workspace applied as it started, so that it says when it ends.</summary>
    public bool Limited { get; init; }

    /// <summary>True while nothing new of it starts; it then shows <see cref="RunStatus.Waiting"/>.</summary>
    public bool Paused { get; init; }

    /// <summary>The one step it runs; null for a whole flow.</summary>
    public string? OnlyStep { get; init; }

    /// <summary><see cref="RunGivens"/> as JSON: pinned outputs, and what surrounds a step run alone; null when nothing is given.</summary>
    public string? Givens { get; init; }

    /// <summary>The input.</summary>
    public required RunValue Input { get; init; }

    /// <summary>The output, once it succeeded.</summary>
    public RunValue? Output { get; init; }

    /// <summary>Why it failed: a <see cref="StepError"/> as JSON.</summary>
    public string? Error { get; init; }

    /// <summary>When it was accepted (UTC).</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it began (UTC).</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>When it ended (UTC).</summary>
    public DateTime? FinishedAt { get; init; }

    /// <summary>When somebody must look at it again at the latest (UTC); null once it ended.</summary>
    public DateTime? WakeAt { get; init; }

    /// <summary>When its time is up (UTC); null without a limit, and while it is queued.</summary>
    public DateTime? Deadline => TimeoutSeconds is { } seconds && StartedAt is { } began ? began.AddSeconds(seconds) : null;

    /// <summary>Rises with each owner; a write with an older one is refused.</summary>
    public int Fence { get; init; }

    /// <summary>The sequence of its last journal entry.</summary>
    public int LastSequence { get; init; }

    /// <summary>Its attempts and skipped steps, with those of the runs it called.</summary>
    public int StepRuns { get; init; }

    /// <summary>Tokens of all its steps.</summary>
    public long Tokens { get; init; }

    /// <summary>Cost of all its steps in 1e-8 cents; null when any of them has no price.</summary>
    public long? CostUnits { get; init; }

    /// <summary>What the run has cost: its own sum when it has one, or what its steps say, which names how many of them have no price.</summary>
    public Cost CostWith(IEnumerable<StepRun> steps) => Status.IsFinal() && CostUnits is { } units
        ? Cost.Of(units)
        : Cost.Sum(steps.Where(step => step.Usage is not null).Select(step => step.Usage!.Cost));
}

/// <summary>One commit of a run: what happened to its steps, in order.</summary>
public sealed record RunJournalEntry
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>1, 2, 3 ... within the run.</summary>
    public required int Sequence { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTime At { get; init; }

    /// <summary>A JSON array of <see cref="StepRun"/>, UTF-8.</summary>
    public required byte[] Steps { get; init; }
}
