using OtherThing.Core.Jobs;

namespace OtherThing.Core.Nodes;

/// <summary>One open control stream of a node, as the domain sees it; the gateway translates.</summary>
public interface INodeSession
{
    /// <summary>Whose it is.</summary>
    Guid NodeId { get; }

    /// <summary>Queues a frame. Never blocks; a node that does not read in time loses its session.</summary>
    void Send(NodeCommand command);

    /// <summary>Says why and ends the stream.</summary>
    void Close(SessionEnd reason, string text);
}

/// <summary>Why the server ends a session.</summary>
public enum SessionEnd
{
    /// <summary>The server stops; come back.</summary>
    Shutdown,

    /// <summary>A newer session of the same node.</summary>
    Replaced,

    /// <summary>The owner removed the node.</summary>
    Revoked,

    /// <summary>The owner must confirm the node.</summary>
    Quarantined,

    /// <summary>Its first message was not acceptable.</summary>
    Refused,
}

/// <summary>A frame to a node.</summary>
public abstract record NodeCommand
{
    private NodeCommand()
    {
    }

    /// <summary>The answer to a hello.</summary>
    public sealed record Welcome(long Fence, string Nonce, IReadOnlyList<Reconciled> Verdicts, NodePolicy Policy) : NodeCommand;

    /// <summary>The answer to a beat.</summary>
    public sealed record BeatAck(ulong MonoMs, TimeSpan Lease, IReadOnlyList<AttemptRef> Renewed, IReadOnlyList<AttemptRef> NotYours) : NodeCommand;

    /// <summary>Work to do, with the memory in MiB that was set aside for it; 0: the node decides.</summary>
    public sealed record Assign(Job Job, long MemoryMb = 0) : NodeCommand;

    /// <summary>Work to stop.</summary>
    public sealed record Cancel(AttemptRef Attempt, string Reason) : NodeCommand;

    /// <summary>The answer to an event.</summary>
    public sealed record Ack(AttemptRef Attempt, uint EventNo, bool NotYours) : NodeCommand;

    /// <summary>A call of a model: the node shall open a stream for it.</summary>
    public sealed record OpenTunnel(Guid TunnelId, string Endpoint, Guid WorkspaceId) : NodeCommand;

    /// <summary>The owner's limits or the workspaces changed.</summary>
    public sealed record Rules(NodePolicy Policy) : NodeCommand;
}

/// <summary>An attempt as both sides name it.</summary>
/// <param name="Id">The attempt.</param>
/// <param name="Fence">Its fence.</param>
public readonly record struct AttemptRef(Guid Id, long Fence);

/// <summary>What becomes of an attempt that a node still has when it connects.</summary>
/// <param name="Attempt">The attempt, with the fence the node named.</param>
/// <param name="Verdict">What to do with it.</param>
/// <param name="StdoutNext">Where standard output goes on, in bytes.</param>
/// <param name="StderrNext">Where standard error goes on, in bytes.</param>
public sealed record Reconciled(AttemptRef Attempt, ReconcileVerdict Verdict, long StdoutNext, long StderrNext);

/// <summary>See <see cref="Reconciled"/>.</summary>
public enum ReconcileVerdict
{
    /// <summary>Still yours; one that was accepted may start.</summary>
    Keep,

    /// <summary>Kill it and say so.</summary>
    Stop,

    /// <summary>Send its result again.</summary>
    SendResult,

    /// <summary>Known to its end or not yours: wipe it.</summary>
    Forget,
}

/// <summary>What the server asks a node to keep to; narrower than the machine's own policy, never wider.</summary>
/// <param name="Limits">The owner's limits.</param>
/// <param name="WorkspaceIds">The workspaces it serves.</param>
/// <param name="Draining">True when it takes no more work.</param>
public sealed record NodePolicy(NodeLimits Limits, IReadOnlyList<Guid> WorkspaceIds, bool Draining);

/// <summary>What a node says when it connects.</summary>
/// <param name="InstanceId">Random per start of the agent.</param>
/// <param name="Nonce">The nonce of the last session; empty on the first.</param>
/// <param name="Facts">What the machine is and allows.</param>
/// <param name="Paused">True while its owner paused it on the machine.</param>
/// <param name="Attempts">What it still has.</param>
public sealed record NodeHello(string InstanceId, string Nonce, NodeFacts Facts, bool Paused, IReadOnlyList<HeldAttempt> Attempts);

/// <summary>An attempt a node has when it connects.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="State">How far it is.</param>
/// <param name="LastEvent">Its last event; null when it has none.</param>
public sealed record HeldAttempt(AttemptRef Attempt, HeldState State, AttemptEvent? LastEvent);

/// <summary>See <see cref="HeldAttempt"/>.</summary>
public enum HeldState
{
    /// <summary>Journalled, not started.</summary>
    Accepted,

    /// <summary>Runs.</summary>
    Running,

    /// <summary>Ended; its result waits.</summary>
    Finished,

    /// <summary>The machine restarted under it.</summary>
    Lost,
}

/// <summary>How busy a machine is.</summary>
/// <param name="Cpu">0 to 1 of all cores.</param>
/// <param name="MemoryFreeMb">Free memory in MiB.</param>
/// <param name="DiskFreeMb">Free disk in MiB.</param>
/// <param name="Gpus">Per GPU: free memory in MiB, use 0 to 1.</param>
public sealed record NodeLoad(double Cpu, long MemoryFreeMb, long DiskFreeMb, IReadOnlyList<GpuLoad> Gpus);

/// <summary>How busy a GPU is.</summary>
/// <param name="VramFreeMb">Free memory in MiB.</param>
/// <param name="Use">0 to 1.</param>
public sealed record GpuLoad(long VramFreeMb, double Use);

/// <summary>A beat.</summary>
/// <param name="MonoMs">The node's own monotonic time, given back in the answer.</param>
/// <param name="Load">How busy it is; null when it did not say.</param>
/// <param name="Paused">True while its owner paused it on the machine.</param>
/// <param name="Running">The attempts it has alive.</param>
public sealed record NodeBeat(ulong MonoMs, NodeLoad? Load, bool Paused, IReadOnlyList<AttemptRef> Running);
