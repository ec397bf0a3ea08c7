using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Machine;

/// <summary>What comes of something that happened.</summary>
/// <param name="State">The job from now on.</param>
internal readonly record struct JobStep(JobState State)
{
    /// <summary>What is to be written; null when nothing is.</summary>
    public JobWrite? Write { get; init; }

    /// <summary>
    /// What is done at once. That is what the owner notes for itself, and stopping work: that may happen whether it is written or not, and
    /// does not wait for a database that is slow.
    /// </summary>
    public IReadOnlyList<JobCommand> AtOnce { get; init; } = [];

    /// <summary>What others may see and act on: done once this and everything before it is committed, and never otherwise.</summary>
    public IReadOnlyList<NodeCommand> Then { get; init; } = [];

    /// <summary>What a node that connects is told to do with the attempt.</summary>
    public ReconcileVerdict Verdict { get; init; }

    /// <summary>True when the node that lost the attempt is full until something else on it ends.</summary>
    public bool LeavesNodeFull { get; init; }
}

/// <summary>What the machine wants done outside of it.</summary>
internal abstract record JobCommand
{
    private JobCommand()
    {
    }

    /// <summary>Tell the node to stop the attempt.</summary>
    public sealed record Stop(Guid NodeId, NodeCommand.Cancel Frame) : JobCommand;

    /// <summary>The node brought the attempt to an end.</summary>
    /// <param name="NodeId">Which node.</param>
    /// <param name="Proven">True when a program ran to its own end there.</param>
    public sealed record Answered(Guid NodeId, bool Proven) : JobCommand;

    /// <summary>The node refused the attempt.</summary>
    /// <param name="NodeId">Which node.</param>
    /// <param name="Code">Its code.</param>
    /// <param name="Reason">Its words.</param>
    /// <param name="IsOnlyFull">True when it would take it with less on it.</param>
    public sealed record Refused(Guid NodeId, string Code, string Reason, bool IsOnlyFull) : JobCommand;

    /// <summary>The node did not answer the assignment.</summary>
    public sealed record Unanswered(Guid NodeId) : JobCommand;

    /// <summary>The node lost the attempt.</summary>
    public sealed record Lost(Guid NodeId) : JobCommand;

    /// <summary>Keep an end that nobody waits for; it changes nothing.</summary>
    public sealed record KeepLate(Guid NodeId, AttemptEvent Word) : JobCommand;
}
