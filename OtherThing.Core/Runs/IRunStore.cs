using OtherThing.Core.Results;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Runs;

/// <summary>
/// Reads runs; writes go through <see cref="IRunJournalStore"/>. Large values are read back whole unless a method says otherwise.
/// </summary>
public interface IRunStore
{
    /// <summary>One run of a workspace, or null.</summary>
    Task<Run?> FindAsync(Guid workspaceId, Guid runId, CancellationToken cancellationToken);

    /// <summary>One run by id alone, for its owner.</summary>
    Task<Run?> FindAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>Takes the ownership of a run that has not ended: raises its fence.</summary>
    /// <returns>The run with the new fence, or null when it ended, does not exist or somebody was faster.</returns>
    Task<Run?> TakeOwnershipAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>One run of a workspace, or null; a large input or output stays a reference (<see cref="BlobRef"/>).</summary>
    Task<Run?> FindBriefAsync(Guid workspaceId, Guid runId, CancellationToken cancellationToken);

    /// <summary>Whether a run refers to a value in the blob store.</summary>
    Task<bool> HasBlobAsync(Guid workspaceId, Guid runId, string hash, CancellationToken cancellationToken);

    /// <summary>The runs of a workspace, newest first; large inputs and outputs stay references (<see cref="BlobRef"/>).</summary>
    Task<Page<Run>> ListAsync(Guid workspaceId, RunFilter filter, PageRequest page, CancellationToken cancellationToken);

    /// <summary>How the last runs of some flows went; flows that have not run are missing.</summary>
    Task<IReadOnlyList<FlowRunRecord>> ListRecordsAsync(Guid workspaceId, IReadOnlyCollection<Guid> flowIds, CancellationToken cancellationToken);

    /// <summary>How many runs of a workspace are kept, and since when.</summary>
    Task<RunsKept> CountKeptAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>How many runs of a workspace have not ended.</summary>
    Task<int> CountLiveAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>The journal of a run after a sequence, in order.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="afterSequence">Only entries after it; 0 for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="mostBytes">Large values that go beyond this together stay references; 0 leaves all of them.</param>
    Task<IReadOnlyList<RunJournalEntry>> ReadJournalAsync(
        Guid runId, int afterSequence, CancellationToken cancellationToken, long mostBytes = long.MaxValue);

    /// <summary>How many runs have been called below a run, at whatever depth.</summary>
    Task<int> CountCalledAsync(Guid rootRunId, CancellationToken cancellationToken);

    /// <summary>Runs that wait, by id from the last: those that began last come first.</summary>
    /// <param name="before">Only those before this one; null begins at the last.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<Guid>> FindWaitingAsync(Guid? before, int limit, CancellationToken cancellationToken);

    /// <summary>Runs that have not ended and whose time to be looked at has come.</summary>
    Task<IReadOnlyList<Guid>> FindDueAsync(DateTime utcNow, int limit, CancellationToken cancellationToken);
}

/// <summary>The runs that a workspace keeps.</summary>
/// <param name="Count">How many there are, those that have not ended among them.</param>
/// <param name="Since">When the oldest of them was accepted (UTC); null without any.</param>
public sealed record RunsKept(int Count, DateTime? Since);

/// <summary>How the last runs of a flow went.</summary>
/// <param name="FlowId">The flow.</param>
/// <param name="LastRunId">The run that was accepted last.</param>
/// <param name="LastStatus">Where that one stands.</param>
/// <param name="LastIsPaused">Whether it is paused.</param>
/// <param name="LastAt">When it was accepted (UTC).</param>
/// <param name="Ended">How many of the last <see cref="Looked"/> succeeded or failed; what was cancelled says nothing of a flow.</param>
/// <param name="Succeeded">How many of those succeeded.</param>
public sealed record FlowRunRecord(Guid FlowId, Guid LastRunId, RunStatus LastStatus, bool LastIsPaused, DateTime LastAt, int Ended, int Succeeded)
{
    /// <summary>So many of a flow's last runs are looked at.</summary>
    public const int Looked = 20;
}

/// <summary>Which runs to list; null means any.</summary>
public sealed record RunFilter(Guid? FlowId = null, RunStatus? Status = null)
{
    /// <summary>How long <see cref="Text"/> may be.</summary>
    public static TextLimit TextLimit { get; } = TextLimit.Of(200);

    /// <summary>What started them.</summary>
    public RunTrigger? Trigger { get; init; }

    /// <summary>The member they act for.</summary>
    public Guid? StartedBy { get; init; }

    /// <summary>Accepted at this time (UTC) or later.</summary>
    public DateTime? From { get; init; }

    /// <summary>Accepted before this time (UTC).</summary>
    public DateTime? To { get; init; }

    /// <summary>Words in the flow's name, or in the code, the message or the path of the error, in capital letters or not; empty for any.</summary>
    public string? Text { get; init; }
}

/// <summary>Commits many runs' transitions in one transaction.</summary>
public interface IRunJournalStore : IRefusedRows
{
    /// <summary>Writes all or nothing; a write whose fence is stale or whose run has ended is left out and reported as false.</summary>
    /// <returns>For each write whether it was applied.</returns>
    /// <exception cref="RowRefusedException">The database cannot keep one of them.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    Task<bool[]> CommitAsync(IReadOnlyList<RunWrite> writes, CancellationToken cancellationToken);

    /// <summary>Adds usage that came after its run had ended; a call that is written already is left as it is.</summary>
    /// <exception cref="RowRefusedException">The database cannot keep one of them.</exception>
    Task AddUsageAsync(IReadOnlyList<Usage.UsageEntry> entries, CancellationToken cancellationToken);
}
