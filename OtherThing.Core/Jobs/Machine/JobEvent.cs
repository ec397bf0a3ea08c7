using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Machine;

/// <summary>What can happen to a job.</summary>
internal abstract record JobEvent
{
    private JobEvent()
    {
    }

    /// <summary>It is new; placed at once when a node fits.</summary>
    public sealed record Submit(JobPlace? Place) : JobEvent;

    /// <summary>A node fits now.</summary>
    public sealed record Assign(JobPlace Place) : JobEvent;

    /// <summary>A node says something of an attempt.</summary>
    /// <param name="NodeId">Who says it.</param>
    /// <param name="Word">What.</param>
    /// <param name="Node">What the owner knows of that node.</param>
    /// <param name="Heard">True when the end of that attempt was heard before.</param>
    public sealed record Said(Guid NodeId, AttemptEvent Word, NodeNote Node = default, bool Heard = false) : JobEvent;

    /// <summary>A node that connects has the attempt still.</summary>
    public sealed record Held(Guid NodeId, HeldAttempt Attempt, bool Heard = false) : JobEvent;

    /// <summary>The node that has the attempt connected, and knows nothing of it.</summary>
    public sealed record NotHeld : JobEvent
    {
        public static NotHeld Event { get; } = new();
    }

    /// <summary>A beat of its node.</summary>
    /// <param name="Named">True when the beat names the attempt among those that live.</param>
    public sealed record Beat(bool Named) : JobEvent
    {
        public static Beat Naming { get; } = new(true);

        public static Beat NotNaming { get; } = new(false);
    }

    /// <summary>More of the attempt's output is here.</summary>
    public sealed record LogGrew(LogEnds Ends) : JobEvent;

    /// <summary>Somebody stops it.</summary>
    public sealed record Cancel(string Reason) : JobEvent;

    /// <summary>Time went on.</summary>
    /// <param name="NodeIsHere">True when the attempt's node has a session.</param>
    public sealed record Tick(bool NodeIsHere) : JobEvent
    {
        public static Tick WithNode { get; } = new(true);

        public static Tick WithoutNode { get; } = new(false);
    }
}

/// <summary>Where a job goes.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="AttemptId">The new attempt's id.</param>
/// <param name="LeastSandbox">The least class of sandbox that the workspace asks for; null for any.</param>
/// <param name="MemoryMb">The memory set aside there, in MiB; 0: the node decides.</param>
internal sealed record JobPlace(Guid NodeId, Guid AttemptId, string? LeastSandbox, long MemoryMb);

/// <summary>What a decision about a job needs to know of its node.</summary>
/// <param name="Name">What its owner calls it.</param>
/// <param name="HasOthers">True when it has other attempts, too.</param>
internal readonly record struct NodeNote(string Name, bool HasOthers);
