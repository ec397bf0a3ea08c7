using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs;

/// <summary>What happened to an attempt, as its node says it; sent until acknowledged, applied once.</summary>
public sealed record AttemptEvent
{
    /// <summary>Which attempt.</summary>
    public required AttemptRef Attempt { get; init; }

    /// <summary>From 1, per attempt.</summary>
    public required uint EventNo { get; init; }

    /// <summary>What happened.</summary>
    public required AttemptEventKind Kind { get; init; }

    /// <summary>A code such as <c>kind_not_allowed</c>; empty when nothing went wrong.</summary>
    public string ReasonCode { get; init; } = "";

    /// <summary>The reason in words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>False when the program could not be started at all.</summary>
    public bool Started { get; init; } = true;

    /// <summary>The exit code of a program that was started.</summary>
    public int ExitCode { get; init; }

    /// <summary>True when it ran out of memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>True when its time was up.</summary>
    public bool TimedOut { get; init; }

    /// <summary>How long it ran by the node's clock; null when it did not say.</summary>
    public TimeSpan? Wall { get; init; }

    /// <summary>Where standard output ends, in bytes.</summary>
    public long StdoutEnd { get; init; }

    /// <summary>Where standard error ends, in bytes.</summary>
    public long StderrEnd { get; init; }

    /// <summary>The rest of the log, when it is small.</summary>
    public IReadOnlyList<LogPiece> Log { get; init; } = [];

    /// <summary>How it was really kept apart.</summary>
    public string Sandbox { get; init; } = "";

    /// <summary>What it could reach over the network: <c>none</c>, <c>full</c> or <c>host</c>.</summary>
    public string Network { get; init; } = "";
}

/// <summary>See <see cref="AttemptEvent"/>.</summary>
public enum AttemptEventKind
{
    /// <summary>Journalled; starts after the answer.</summary>
    Accepted,

    /// <summary>Refused; nothing was started.</summary>
    Rejected,

    /// <summary>Gets ready.</summary>
    Preparing,

    /// <summary>The process lives.</summary>
    Running,

    /// <summary>Goes on.</summary>
    Progress,

    /// <summary>Ended by itself.</summary>
    Finished,

    /// <summary>Was stopped.</summary>
    Killed,

    /// <summary>Nobody knows its end.</summary>
    Lost,
}

/// <summary>The two outputs of a process.</summary>
public enum LogSource
{
    /// <summary>Standard output.</summary>
    Stdout,

    /// <summary>Standard error.</summary>
    Stderr,
}

/// <summary>A piece of output.</summary>
/// <param name="Attempt">Whose.</param>
/// <param name="Stream">Which output.</param>
/// <param name="Offset">Where it begins, in bytes the program wrote.</param>
/// <param name="Data">At most 64 KiB.</param>
/// <param name="Dropped">Bytes left out just before it.</param>
public sealed record LogPiece(AttemptRef Attempt, LogSource Stream, long Offset, ReadOnlyMemory<byte> Data, long Dropped);

/// <summary>The answer to a piece.</summary>
/// <param name="Next">Everything before it is stored or dropped for good.</param>
/// <param name="Stop">True when no more of this attempt is wanted.</param>
public readonly record struct LogAnswer(long Next, bool Stop);
