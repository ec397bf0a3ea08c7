namespace OtherThing.Core.Jobs;

/// <summary>A unit of work for a node: its spec, where it stands, and the attempt that counts.</summary>
/// <remarks>
/// The dispatcher is the only writer; each write names the revision it expects, so a second writer changes nothing.
/// </remarks>
public sealed class Job
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
    public required Guid UserId { get; set; }

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
    public JobStatus Status { get; set; }

    /// <summary>Rises with each write.</summary>
    public int Revision { get; set; }

    /// <summary>Rises with each attempt: what carries an older one changes nothing.</summary>
    public long Fence { get; set; }

    /// <summary>The attempt that counts; null while queued.</summary>
    public Guid? AttemptId { get; set; }

    /// <summary>Where that attempt stands.</summary>
    public AttemptStatus? AttemptStatus { get; set; }

    /// <summary>The node that has it.</summary>
    public Guid? NodeId { get; set; }

    /// <summary>When the attempt was assigned (UTC).</summary>
    public DateTime? AssignedAt { get; set; }

    /// <summary>When the attempt began (UTC).</summary>
    public DateTime? StartedAt { get; set; }

    /// <summary>When the job ended (UTC).</summary>
    public DateTime? FinishedAt { get; set; }

    /// <summary>When somebody asked to stop it (UTC); from then on it cannot succeed.</summary>
    public DateTime? CancelRequestedAt { get; set; }

    /// <summary>The process's exit code.</summary>
    public int? ExitCode { get; set; }

    /// <summary>A stable code of the failure.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>Why it failed, for people.</summary>
    public string? Error { get; set; }

    /// <summary>Seconds of work as the server metered them.</summary>
    public double Seconds { get; set; }

    /// <summary>How the process of its attempt is kept apart; null while its node has not said.</summary>
    public string? Sandbox { get; set; }

    /// <summary>What that process can reach over the network: <c>none</c>, <c>full</c> (public addresses) or <c>host</c>.</summary>
    public string? Network { get; set; }

    /// <summary>The least class that its workspace asked for when the attempt was made; null for any.</summary>
    public string? LeastSandbox { get; set; }

    /// <summary>The attempts before this one, oldest first.</summary>
    public IReadOnlyList<JobAttempt> EarlierAttempts { get; set; } = [];

    /// <summary>All attempts, oldest first.</summary>
    public IEnumerable<JobAttempt> Attempts() => AttemptId is { } id
        ? EarlierAttempts.Append(new JobAttempt(id, Fence, NodeId, AttemptStatus!.Value, StartedAt, FinishedAt, ExitCode, Sandbox, Network))
        : EarlierAttempts;

    /// <summary>The same row, for a write that happens later than the next change.</summary>
    public Job Snapshot() => (Job)MemberwiseClone();
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

/// <summary>What a job does.</summary>
public sealed record JobSpec
{
    /// <summary>Program and arguments.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Text of a script.</summary>
    public string? Script { get; init; }

    /// <summary>The interpreter of the script.</summary>
    public string? Shell { get; init; }

    /// <summary>What the process reads from standard input.</summary>
    public string? Stdin { get; init; }

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>What the node must have.</summary>
    public JobRequirements Requirements { get; init; } = new();

    /// <summary>Wall-clock limit, in seconds.</summary>
    public int TimeoutSeconds { get; init; } = 600;
}

/// <summary>Words about statuses.</summary>
public static class JobStatuses
{
    /// <summary>True when nothing changes any more.</summary>
    public static bool IsFinal(this JobStatus status) => status is not (JobStatus.Queued or JobStatus.Assigned or JobStatus.Running);
}
