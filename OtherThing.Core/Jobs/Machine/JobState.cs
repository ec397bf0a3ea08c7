using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Machine;

/// <summary>A job that has not ended, with what its owner knows of it beyond the row. Times are those of the owner's monotonic clock.</summary>
/// <param name="Job">The row, as it will be once what was written is committed.</param>
internal sealed record JobState(Job Job)
{
    /// <summary>Until when the node holds the attempt.</summary>
    public TimeSpan LeaseEnds { get; init; }

    /// <summary>When the current wait (answer to an assignment, to a cancel, rest of the log) ends; null when there is none.</summary>
    public TimeSpan? WaitEnds { get; init; }

    /// <summary>When the attempt began; null when it began before this owner, or did not yet.</summary>
    public TimeSpan? Began { get; init; }

    /// <summary>The final word, while the log is still coming.</summary>
    public AttemptEvent? Final { get; init; }

    /// <summary>True when it is stopped because its time is up, not because somebody asked.</summary>
    public bool TimedOut { get; init; }

    /// <summary>How much of the attempt's output is here.</summary>
    public LogEnds Log { get; init; }

    /// <summary>The memory in MiB that its node was told to set aside for it; 0: the node decides.</summary>
    public long MemoryMb { get; init; }

    public AttemptRef Attempt => new(Job.AttemptId ?? Guid.Empty, Job.Fence);

    /// <summary>True when this is the attempt that counts, and this the node that has it.</summary>
    public bool Has(AttemptRef attempt, Guid nodeId) => Job.AttemptId == attempt.Id && Job.Fence == attempt.Fence && Job.NodeId == nodeId;
}

/// <summary>Where the two outputs of an attempt end, in bytes the program wrote.</summary>
internal readonly record struct LogEnds(long Stdout, long Stderr)
{
    public bool Reach(AttemptEvent final) => Stdout >= final.StdoutEnd && Stderr >= final.StderrEnd;
}

/// <summary>A moment: the time of day for people, and a clock that only goes on for everything that is counted.</summary>
internal readonly record struct JobTime(DateTime Utc, TimeSpan Clock);

/// <summary>The spans that hold for every job of an owner.</summary>
/// <param name="Lease">How long a node holds an attempt without a beat.</param>
/// <param name="Reconnect">How long after that it may still come back with it.</param>
/// <param name="Answer">How long it may take to answer an assignment.</param>
/// <param name="QueueHours">How many hours a job may wait for a node.</param>
internal sealed record JobTerms(TimeSpan Lease, TimeSpan Reconnect, TimeSpan Answer, int QueueHours)
{
    public static JobTerms Of(NodesOptions options) =>
        new(options.Lease, options.Reconnect, TimeSpan.FromSeconds(options.AssignSeconds), options.QueueHours);
}
