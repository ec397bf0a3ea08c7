using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>Keeps jobs and their logs.</summary>
public interface IJobStore : IRefusedRows
{
    /// <summary>Writes many transitions in one transaction.</summary>
    /// <returns>For each whether it applied: false when the job was not in the expected state (or, for a new one, existed already).</returns>
    /// <exception cref="RowRefusedException">The database cannot keep one of them.</exception>
    Task<bool[]> CommitAsync(IReadOnlyList<JobWrite> writes, CancellationToken cancellationToken);

    /// <summary>A job of a workspace.</summary>
    Task<Job?> FindAsync(Guid workspaceId, Guid jobId, CancellationToken cancellationToken);

    /// <summary>A job, whosever it is; for the engine's own attach.</summary>
    Task<Job?> FindAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>A workspace's jobs, newest first.</summary>
    Task<Page<Job>> ListAsync(Guid workspaceId, JobStatus? status, PageRequest page, CancellationToken cancellationToken);

    /// <summary>The last jobs on a node, newest first; all workspaces, or only those given.</summary>
    Task<IReadOnlyList<Job>> ListOnNodeAsync(Guid nodeId, IReadOnlyCollection<Guid>? workspaceIds, int limit, CancellationToken cancellationToken);

    /// <summary>What of an owner's share has not ended, oldest first.</summary>
    Task<IReadOnlyList<Job>> ListOpenAsync(JobShare share, CancellationToken cancellationToken);

    /// <summary>The log of an attempt in order; pieces of one stream do not overlap.</summary>
    Task<IReadOnlyList<StoredLog>> ReadLogAsync(Guid attemptId, CancellationToken cancellationToken);

    /// <summary>A batch of a workspace with how many of its jobs stand where.</summary>
    Task<JobBatch?> FindBatchAsync(Guid workspaceId, Guid batchId, CancellationToken cancellationToken);
}

/// <summary>One write of the journal.</summary>
public abstract record JobWrite
{
    private JobWrite()
    {
    }

    /// <summary>The workspace, where the write says it, and the job, attempt or batch that it speaks of.</summary>
    public (Guid? WorkspaceId, Guid Id) Subject => this switch
    {
        Insert insert => (insert.Job.WorkspaceId, insert.Job.Id),
        Update update => (update.Job.WorkspaceId, update.Job.Id),
        Log log => (null, log.AttemptId),
        Batch batch => (batch.Value.WorkspaceId, batch.Value.Id),
        Late late => (null, late.Value.AttemptId),
        _ => throw new InvalidOperationException($"No subject for {GetType().Name}."),
    };

    /// <summary>A new job; not written when its id exists.</summary>
    public sealed record Insert(Job Job) : JobWrite;

    /// <summary>A transition from the revision before.</summary>
    public sealed record Update(Job Job, JobStatus From, long FromFence) : JobWrite;

    /// <summary>A piece of an attempt's log.</summary>
    public sealed record Log(Guid AttemptId, LogSource Stream, long Offset, byte[] Data, long Dropped) : JobWrite;

    /// <summary>A new batch.</summary>
    public sealed record Batch(JobBatch Value) : JobWrite;

    /// <summary>A result that came too late and changed nothing.</summary>
    public sealed record Late(LateResult Value) : JobWrite;
}

/// <summary>A stored piece of a log.</summary>
/// <param name="Stream">Which output.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Data">The bytes.</param>
/// <param name="Dropped">Bytes left out just before it.</param>
public sealed record StoredLog(LogSource Stream, long Offset, byte[] Data, long Dropped);

/// <summary>Jobs that were sent together.</summary>
public sealed record JobBatch
{
    /// <summary>Which batch.</summary>
    public required Guid Id { get; init; }

    /// <summary>The workspace.</summary>
    public required Guid WorkspaceId { get; init; }

    /// <summary>Who sent it.</summary>
    public required Guid UserId { get; init; }

    /// <summary>How many jobs.</summary>
    public required int Count { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>How many succeeded; set when read.</summary>
    public int Succeeded { get; init; }

    /// <summary>How many ended otherwise; set when read.</summary>
    public int Failed { get; init; }

    /// <summary>True when all have ended.</summary>
    public bool Done => Succeeded + Failed >= Count;
}

/// <summary>A result that came after the attempt's end or with an old fence; kept for people, changes nothing.</summary>
public sealed record LateResult
{
    /// <summary>Which record.</summary>
    public required Guid Id { get; init; }

    /// <summary>The attempt it speaks of.</summary>
    public required Guid AttemptId { get; init; }

    /// <summary>The fence it carried.</summary>
    public required long Fence { get; init; }

    /// <summary>The node that sent it.</summary>
    public required Guid NodeId { get; init; }

    /// <summary>What it said.</summary>
    public required AttemptEventKind Kind { get; init; }

    /// <summary>The exit code it named.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When it came (UTC).</summary>
    public required DateTime ReceivedAt { get; init; }
}
