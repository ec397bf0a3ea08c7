using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>A unit of work for a node: its spec, where it stands, and the attempt that counts.</summary>
/// <remarks>
/// It never changes: a transition gives the job that comes of it, and each that is written down raises the revision. A write names the
/// revision it expects, so that a second writer changes nothing. Who calls them, and when, is for <see cref="Machine.JobMachine"/> to say.
/// </remarks>
public sealed record Job
{
    /// <summary>The most characters of a step path; the deepest a flow can have is below 700.</summary>
    public const int MaxStepPath = 2_000;

    /// <summary>The most characters of an error.</summary>
    public const int MaxError = 1_000;

    /// <summary>Which job.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose nodes may take it.</summary>
    public required Guid WorkspaceId { get; init; }

    /// <summary>Who it runs for.</summary>
    public required Guid UserId { get; init; }

    /// <summary>The run it belongs to.</summary>
    public Guid? RunId { get; init; }

    /// <summary>The step path in that run.</summary>
    public string? StepPath { get; init; }

    /// <summary>The batch it came with.</summary>
    public Guid? BatchId { get; init; }

    /// <summary>What sort of work.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>How its effect may be repeated.</summary>
    public required JobEffects Effects { get; init; }

    /// <summary>What to do.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>When it was queued (UTC).</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>Where it stands.</summary>
    public JobStatus Status { get; init; }

    /// <summary>Rises with each write.</summary>
    public int Revision { get; init; }

    /// <summary>Rises with each attempt: what carries an older one changes nothing.</summary>
    public long Fence { get; init; }

    /// <summary>The attempt that counts; null while queued.</summary>
    public Guid? AttemptId { get; init; }

    /// <summary>Where that attempt stands.</summary>
    public AttemptStatus? AttemptStatus { get; init; }

    /// <summary>The node that has it.</summary>
    public Guid? NodeId { get; init; }

    /// <summary>When the attempt was assigned (UTC).</summary>
    public DateTime? AssignedAt { get; init; }

    /// <summary>When the attempt began (UTC).</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>When the job ended (UTC).</summary>
    public DateTime? FinishedAt { get; init; }

    /// <summary>When somebody asked to stop it (UTC); from then on it cannot succeed.</summary>
    public DateTime? CancelRequestedAt { get; init; }

    /// <summary>The process's exit code.</summary>
    public int? ExitCode { get; init; }

    /// <summary>A stable code of the failure.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Why it failed, for people.</summary>
    public string? Error { get; init; }

    /// <summary>Seconds of work as the server metered them.</summary>
    public double Seconds { get; init; }

    /// <summary>How the process of its attempt is kept apart; null while its node has not said.</summary>
    public string? Sandbox { get; init; }

    /// <summary>What that process can reach over the network: <c>none</c>, <c>full</c> (public addresses) or <c>host</c>.</summary>
    public string? Network { get; init; }

    /// <summary>The least class that its workspace asked for when the attempt was made; null for any.</summary>
    public string? LeastSandbox { get; init; }

    /// <summary>The attempts before this one, oldest first.</summary>
    public IReadOnlyList<JobAttempt> EarlierAttempts { get; init; } = [];

    /// <summary>All attempts, oldest first.</summary>
    public IEnumerable<JobAttempt> Attempts() => AttemptId is { } id
        ? EarlierAttempts.Append(new JobAttempt(id, Fence, NodeId, AttemptStatus!.Value, StartedAt, FinishedAt, ExitCode, Sandbox, Network))
        : EarlierAttempts;

    private Job Open => Status.IsFinal() ? throw new InvalidOperationException($"Job {Id} has ended and does not change.") : this;

    /// <summary>Taken in: it waits for a node.</summary>
    internal Job Queue() => Open with { Status = JobStatus.Queued, Revision = Revision + 1 };

    /// <summary>A new attempt, under the next fence.</summary>
    internal Job Assign(Guid nodeId, Guid attemptId, string? leastSandbox, DateTime utcNow) => Open with
    {
        Revision = Revision + 1,
        Status = JobStatus.Assigned,
        Fence = Fence + 1,
        AttemptId = attemptId,
        AttemptStatus = Jobs.AttemptStatus.Assigned,
        NodeId = nodeId,
        AssignedAt = utcNow,
        LeastSandbox = leastSandbox,
    };

    /// <summary>Its node has promised the attempt: it may start once this is written.</summary>
    internal Job Accept(DateTime utcNow) => Open with
    {
        Revision = Revision + 1,
        Status = JobStatus.Running,
        AttemptStatus = Jobs.AttemptStatus.Running,
        StartedAt = StartedAt ?? utcNow,
    };

    /// <summary>Its node is back and has the attempt still.</summary>
    internal Job Resume(DateTime utcNow) => Accept(utcNow);

    /// <summary>Its lease is over without a word.</summary>
    internal Job Disconnect() => Open with { Revision = Revision + 1, AttemptStatus = Jobs.AttemptStatus.Disconnected };

    /// <summary>Somebody stops it: from now on it cannot succeed.</summary>
    internal Job Cancel(string reason, DateTime utcNow) => Ask(reason, utcNow) with { Revision = Revision + 1, AttemptStatus = Jobs.AttemptStatus.Cancelling };

    /// <summary>Its time is up and its node did not stop it.</summary>
    internal Job TimeOut(DateTime utcNow) =>
        Open with { Revision = Revision + 1, CancelRequestedAt = utcNow, AttemptStatus = Jobs.AttemptStatus.Cancelling };

    /// <summary>The attempt came to nothing: the job waits for a node again.</summary>
    internal Job Requeue(AttemptStatus ended, DateTime utcNow) => Open with
    {
        Revision = Revision + 1,
        Status = JobStatus.Queued,
        EarlierAttempts = [.. EarlierAttempts, new JobAttempt(AttemptId!.Value, Fence, NodeId, ended, StartedAt, utcNow, null, Sandbox, Network)],
        AttemptId = null,
        AttemptStatus = null,
        NodeId = null,
        AssignedAt = null,
        StartedAt = null,
        Sandbox = null,
        Network = null,
        LeastSandbox = null,
    };

    /// <summary>It ends, for good.</summary>
    internal Job End(JobStatus end, AttemptStatus attempt, string? code, string? error, DateTime utcNow) => Open with
    {
        Revision = Revision + 1,
        Status = end,
        AttemptStatus = AttemptId is null ? null : attempt,
        FinishedAt = utcNow,
        ErrorCode = code,
        Error = TextCut.Words(error, MaxError),
    };

    // What follows waits for the next transition to be written with it.

    /// <summary>Notes that somebody asked to stop it.</summary>
    internal Job Ask(string reason, DateTime utcNow) => Open with { CancelRequestedAt = utcNow, Error = reason };

    /// <summary>Notes what its node says of the walls around it; a later word may only say it again.</summary>
    internal Job Note(string sandbox, string network) => sandbox.Length is 0 or > 20 && network.Length is 0 or > 10 ? this : Open with
    {
        Sandbox = sandbox.Length is > 0 and <= 20 ? sandbox : Sandbox,
        Network = network.Length is > 0 and <= 10 ? network : Network,
    };

    /// <summary>Notes that it ended there, while the rest of its log is coming or its last word is on the way.</summary>
    internal Job Stand(AttemptStatus attempt) => Open with { AttemptStatus = attempt };

    /// <summary>Notes what its end measured.</summary>
    internal Job Measure(int? exitCode, double seconds) => Open with { ExitCode = exitCode, Seconds = seconds };

    /// <summary>The row that is kept in place of this one, which the database refused.</summary>
    internal Job NotKept(string code, string reason, DateTime utcNow) => this with
    {
        Status = JobStatus.Failed,
        AttemptStatus = AttemptId is null ? null : Jobs.AttemptStatus.Failed,
        FinishedAt = utcNow,
        Sandbox = null,
        ErrorCode = code,
        Error = TextCut.Words(reason, MaxError),
    };
}

/// <summary>One try of a job, as history shows it.</summary>
/// <param name="Id">Which attempt.</param>
/// <param name="Fence">Its fence.</param>
/// <param name="NodeId">Its node.</param>
/// <param name="Status">Where it stands or how it ended.</param>
/// <param name="StartedAt">When it began (UTC); null when it never did.</param>
/// <param name="FinishedAt">When it ended (UTC).</param>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="Sandbox">How the process was kept apart.</param>
/// <param name="Network">What it could reach over the network.</param>
public sealed record JobAttempt(
    Guid Id, long Fence, Guid? NodeId, AttemptStatus Status, DateTime? StartedAt, DateTime? FinishedAt, int? ExitCode,
    string? Sandbox = null, string? Network = null);

/// <summary>Where an attempt stands.</summary>
public enum AttemptStatus
{
    /// <summary>Sent to a node.</summary>
    Assigned,

    /// <summary>The node has it and runs it.</summary>
    Running,

    /// <summary>Its lease is over and nobody knows more.</summary>
    Disconnected,

    /// <summary>Being stopped.</summary>
    Cancelling,

    /// <summary>Ended; the rest of its log is coming.</summary>
    Finishing,

    /// <summary>Ended with exit code 0.</summary>
    Succeeded,

    /// <summary>Ended otherwise.</summary>
    Failed,

    /// <summary>Was stopped.</summary>
    Cancelled,

    /// <summary>Its node never said how it ended.</summary>
    Lost,

    /// <summary>The node refused it; nothing was started.</summary>
    Rejected,

    /// <summary>The node did not answer in time; nothing was started.</summary>
    Expired,
}

/// <summary>Words about statuses.</summary>
public static class JobStatuses
{
    /// <summary>True when nothing changes any more.</summary>
    public static bool IsFinal(this JobStatus status) => status is not (JobStatus.Queued or JobStatus.Assigned or JobStatus.Running);
}
