using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>What the engine asks of the nodes: one unit of work, to its end.</summary>
public interface IJobRunner
{
    /// <summary>
    /// Queues the job if its id is new, else attaches to the one there is, and waits for its end. Cancelling the token cancels the
    /// job for good (the node stops it within 2 s) unless the process itself is stopping.
    /// </summary>
    /// <param name="job">What to run; its id makes the call repeatable.</param>
    /// <param name="log">Hears (stream, text) of standard output and error as they arrive; stream is <c>stdout</c> or <c>stderr</c>.</param>
    /// <param name="cancellationToken">The run's cancel or the attempt's timeout.</param>
    /// <returns>How it ended, or an error when it cannot be queued at all (<c>job.invalid</c>, <c>job.too_large</c>).</returns>
    Task<Result<JobResult>> RunAsync(JobRequest job, Action<string, string> log, CancellationToken cancellationToken);
}

/// <summary>What should run on a node.</summary>
public sealed record JobRequest
{
    /// <summary>Chosen by the caller; a second request with the same id attaches to the first.</summary>
    public required Guid Id { get; init; }

    /// <summary>The workspace whose nodes may take it.</summary>
    public required Guid WorkspaceId { get; init; }

    /// <summary>Who it runs for.</summary>
    public required Guid UserId { get; init; }

    /// <summary>The run it belongs to; null for a job sent by hand.</summary>
    public Guid? RunId { get; init; }

    /// <summary>The step path in that run.</summary>
    public string? StepPath { get; init; }

    /// <summary>What sort of work.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>Program and arguments, passed as they are; for <see cref="JobKind.Command"/>.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Text of a script; for <see cref="JobKind.Script"/>.</summary>
    public string? Script { get; init; }

    /// <summary>The interpreter of the script: <c>sh</c>, <c>bash</c>, <c>python3</c>, <c>pwsh</c>, on Windows <c>powershell</c>, <c>cmd</c>.</summary>
    public string? Shell { get; init; }

    /// <summary>What the process reads from standard input; null for none.</summary>
    public string? Stdin { get; init; }

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>What the node must have.</summary>
    public JobRequirements Requirements { get; init; } = new();

    /// <summary>How its effect may be repeated.</summary>
    public JobEffects Effects { get; init; } = JobEffects.Once;

    /// <summary>Wall-clock limit, in seconds.</summary>
    public int TimeoutSeconds { get; init; } = 600;
}

/// <summary>What sort of work a job is.</summary>
public enum JobKind
{
    /// <summary>A program with arguments.</summary>
    Command,

    /// <summary>A script given to an interpreter.</summary>
    Script,

    /// <summary>Answered by the agent without a process; measures the way there and back.</summary>
    Noop,
}

/// <summary>How a job's effect may be repeated when its end is not known.</summary>
public enum JobEffects
{
    /// <summary>Repeat freely.</summary>
    Safe,

    /// <summary>Never repeat by itself.</summary>
    Once,

    /// <summary>Repeat, but never two alive at once.</summary>
    Exclusive,
}

/// <summary>What a node must have to take a job; null means no demand.</summary>
public sealed record JobRequirements
{
    /// <summary>Cores, in whole or part.</summary>
    public double? CpuCores { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int? MemoryMb { get; init; }

    /// <summary>Whole GPUs; null with a demand of <see cref="VramMb"/> is one.</summary>
    public int? GpuCount { get; init; }

    /// <summary>Memory of each GPU in MiB.</summary>
    public int? VramMb { get; init; }

    /// <summary>How many GPUs it takes: who names only their memory needs one that has it.</summary>
    public int CountGpus() => GpuCount ?? (VramMb is > 0 ? 1 : 0);

    /// <summary><c>linux</c>, <c>windows</c> or <c>macos</c>.</summary>
    public string? Os { get; init; }

    /// <summary>Labels the node must carry.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>This node and no other.</summary>
    [Steps.Field("node")]
    public Guid? NodeId { get; init; }

    /// <summary><c>full</c> for public addresses; else <c>none</c>. A node gives no more than its owner lends.</summary>
    public string? Network { get; init; }
}

/// <summary>How a job ended.</summary>
/// <param name="Status"><see cref="JobStatus.Succeeded"/>, <see cref="JobStatus.Failed"/>, <see cref="JobStatus.Cancelled"/>,
/// <see cref="JobStatus.Lost"/> or <see cref="JobStatus.Unknown"/>.</param>
/// <param name="NodeId">The node of its last attempt; null when none took it.</param>
/// <param name="ExitCode">The process's exit code; null when there was none.</param>
/// <param name="Stdout">Standard output; head and tail when it was long.</param>
/// <param name="Stderr">Standard error; head and tail when it was long.</param>
/// <param name="Seconds">Seconds of work as the server metered them.</param>
/// <param name="Error">Why it failed, for people; null on success.</param>
/// <param name="ErrorCode">A stable code of the failure, such as those of <see cref="JobLimits"/>.</param>
/// <param name="Sandbox">How it was kept apart; null when its node did not say.</param>
/// <param name="Network">What it could reach over the network; null when its node did not say.</param>
public sealed record JobResult(
    JobStatus Status, Guid? NodeId, int? ExitCode, string Stdout, string Stderr, double Seconds, string? Error, string? ErrorCode = null,
    string? Sandbox = null, string? Network = null);

/// <summary>Where a job stands.</summary>
public enum JobStatus
{
    /// <summary>Waits for a node.</summary>
    Queued,

    /// <summary>Sent to a node, which has not begun.</summary>
    Assigned,

    /// <summary>Runs.</summary>
    Running,

    /// <summary>Ended with exit code 0.</summary>
    Succeeded,

    /// <summary>Ended otherwise.</summary>
    Failed,

    /// <summary>Stopped on request.</summary>
    Cancelled,

    /// <summary>Its node never came back; a safe job is then tried elsewhere.</summary>
    Lost,

    /// <summary>Nobody can say whether it ran.</summary>
    Unknown,
}
