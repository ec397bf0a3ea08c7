using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Runs.Grains;

/// <summary>Owns one run: one activation in the serving process, keyed by the run's id.</summary>
public interface IRunGrain : IGrainWithGuidKey
{
    /// <summary>Begins the run; answers after its first commit is on disk. A second call with the same id changes nothing.</summary>
    Task<RunAnswer> StartAsync(StartRun start);

    /// <summary>Begins the run like <see cref="StartAsync"/> and waits for its end.</summary>
    /// <param name="start">The same for each call with this id.</param>
    /// <param name="limit">How long to wait; zero answers after the first commit. Up to 20 s, less than a call's own limit.</param>
    Task<RunAnswer> RunAsync(StartRun start, TimeSpan limit);

    /// <summary>Its turn has come: a queued run begins.</summary>
    /// <returns>False when it was not queued any more.</returns>
    Task<bool> BeginQueuedAsync();

    /// <summary>Waits for the run's end.</summary>
    /// <returns>True once it ended; false when the time is up.</returns>
    Task<bool> WaitAsync(TimeSpan limit);

    /// <summary>Ends the run for good; answers after the commit.</summary>
    /// <returns>False when it had ended already.</returns>
    Task<bool> CancelAsync();

    /// <summary>Ends the run as failed, for a reason that lies outside of it; answers after the commit.</summary>
    /// <param name="code">Stable: <c>access.run_as_removed</c>.</param>
    /// <param name="message">For people.</param>
    /// <returns>False when it had ended already or changes hands.</returns>
    Task<bool> AbortAsync(string code, string message);

    /// <summary>Makes the run act for another member; the row says so already.</summary>
    Task HandOverAsync(Guid toUserId);

    /// <summary>Holds the run, or lets it go on; answers after the commit.</summary>
    /// <returns>Where the run stands; null when it had ended before or changes hands.</returns>
    Task<RunStatus?> HoldAsync(bool paused);

    /// <summary>Says that a person has decided what a step waits for; answers after the run took it, or waits for its place to go on.</summary>
    Task AnsweredAsync(string path);

    /// <summary>Counts one more run that is called below this one. Past the limit it ends this run, with all that it called.</summary>
    /// <returns>False when no more may be called: the limit is reached, or this run has ended.</returns>
    Task<bool> AdmitCallAsync();

    /// <summary>Called by the sweeper: go on if there is anything to go on with.</summary>
    Task WakeAsync();
}

/// <summary>Everything a run needs to begin.</summary>
[GenerateSerializer, Immutable]
public sealed record StartRun
{
    /// <summary>The workspace.</summary>
    [Id(0)] public required Guid WorkspaceId { get; init; }

    /// <summary>The flow.</summary>
    [Id(1)] public required Guid FlowId { get; init; }

    /// <summary>The flow's name.</summary>
    [Id(2)] public required string FlowName { get; init; }

    /// <summary>The kept version to run.</summary>
    [Id(3)] public required int FlowVersion { get; init; }

    /// <summary>What starts it.</summary>
    [Id(4)] public required RunTrigger Trigger { get; init; }

    /// <summary>The trigger step; null takes the first.</summary>
    [Id(5)] public string? TriggerStepId { get; init; }

    /// <summary>The member it acts for.</summary>
    [Id(6)] public required Guid StartedBy { get; init; }

    /// <summary>The input, as JSON.</summary>
    [Id(7)] public required string Input { get; init; }

    /// <summary>The run whose results are taken over; null for a fresh run.</summary>
    [Id(8)] public Guid? RerunOf { get; init; }

    /// <summary>With <see cref="RerunOf"/>: what is taken over; null repeats everything.</summary>
    [Id(9)] public TakeOver? TakeOver { get; init; }

    /// <summary>True when the id was chosen by the caller, so that the run may exist already (a webhook delivered twice).</summary>
    [Id(10)] public bool MayExist { get; init; }

    /// <summary>The run whose <c>flow.call</c> step starts this one.</summary>
    [Id(11)] public Guid? ParentRunId { get; init; }

    /// <summary>The path of that step.</summary>
    [Id(12)] public string? ParentPath { get; init; }

    /// <summary>How many calls deep it is.</summary>
    [Id(13)] public int Depth { get; init; }

    /// <summary>The one step to run; null runs the flow.</summary>
    [Id(14)] public string? OnlyStep { get; init; }

    /// <summary><see cref="RunGivens"/> as JSON; null when nothing is given.</summary>
    [Id(15)] public string? Givens { get; init; }

    /// <summary>How long the run may take from its beginning, in seconds; null for no limit.</summary>
    [Id(16)] public int? TimeoutSeconds { get; init; }

    /// <summary>True when a limit applies: the run is queued until its turn comes.</summary>
    [Id(17)] public bool Limited { get; init; }

    /// <summary>The run at the top of the calls that lead to it; null for a run of its own.</summary>
    [Id(18)] public Guid? RootRunId { get; init; }

    /// <summary>How often in a row a run of this server led to it over HTTP.</summary>
    [Id(19)] public int Hops { get; init; }
}

/// <summary>Where a run stands, and what it put out once it succeeded.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Output">The output as JSON; null unless it succeeded.</param>
/// <param name="NotKept">Why there is no such run after all: the database refuses its row; null when there is one.</param>
[GenerateSerializer, Immutable]
public sealed record RunAnswer(
    [property: Id(0)] Guid RunId, [property: Id(1)] RunStatus Status, [property: Id(2)] string? Output, [property: Id(3)] string? NotKept = null);
