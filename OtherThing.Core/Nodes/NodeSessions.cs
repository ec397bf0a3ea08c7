using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes;

/// <summary>The control streams of nodes: who may open one, what its frames mean, what its end means.</summary>
public sealed partial class NodeSessions(
    INodeStore store, NodeLinks links, JobDispatcher dispatcher, NodeFeed feed, TimeProvider clock, IOptions<NodesOptions> options,
    ILogger<NodeSessions> logger)
{
    private readonly ConcurrentDictionary<Guid, bool> _paused = new();

    /// <summary>The clocks that Welcome tells.</summary>
    public NodesOptions Options { get; } = options.Value;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>A node says hello. Its older session, if it has one, is closed; Welcome follows on the session itself.</summary>
    /// <returns>Null, or <c>node.revoked</c>, <c>node.quarantined</c>, <c>node.not_found</c>, <c>node.changed</c>.</returns>
    public async Task<Error?> OpenAsync(INodeSession session, NodeHello hello, string? address, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            if (await store.FindAsync(session.NodeId, cancellationToken) is not { Node.OwnerId: not null } found)
            {
                return NodeErrors.NotFound;
            }

            if (found.Node.RevokedAt is not null)
            {
                return NodeErrors.Revoked;
            }

            if (found.Node.QuarantineReason is { } reason)
            {
                return NodeErrors.Quarantined(reason);
            }

            if (found.Node.IsClone(hello.InstanceId, hello.Nonce))
            {
                return await QuarantineAsync(found, "Two machines used its key: one of them is a copy of the other's disk.", cancellationToken);
            }

            var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            found.Node.Connect(hello.Facts, address, hello.InstanceId, nonce, hello.Paused, Now);
            found.Node.Stand(found.Node.Settle(Now, Now, connected: true, Options), Now);
            if (await store.TrySaveAsync(found.Node, cancellationToken))
            {
                Begin(session, found, nonce, hello);
                return null;
            }
        }

        return NodeErrors.Changed;
    }

    /// <summary>A beat.</summary>
    /// <returns>False when a newer session has taken over.</returns>
    public async Task<bool> BeatAsync(INodeSession session, NodeBeat beat, CancellationToken cancellationToken)
    {
        if (!links.Beat(session, beat.Load, Now))
        {
            return false;
        }

        dispatcher.Beat(session, beat);
        feed.SayBeat(session.NodeId);
        if (_paused.TryGetValue(session.NodeId, out var paused) && paused != beat.Paused)
        {
            await ChangeAsync(session, node => node.Pause(beat.Paused), cancellationToken);
            _paused[session.NodeId] = beat.Paused;
        }

        return true;
    }

    /// <summary>The machine's facts or its owner's consent there changed.</summary>
    public async Task RestateAsync(INodeSession session, Func<NodeFacts, NodeFacts> change, bool? paused, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            session,
            node =>
            {
                node.Restate(change(node.Facts));
                node.Pause(paused ?? node.IsPaused);
            },
            cancellationToken);
        _paused[session.NodeId] = paused ?? _paused.GetValueOrDefault(session.NodeId);
    }

    /// <summary>Something happened to an attempt.</summary>
    public void Happened(INodeSession session, AttemptEvent happened) => dispatcher.Happened(session, happened);

    /// <summary>A piece of an attempt's output, from the bulk connection.</summary>
    public Task<LogAnswer> AppendLogAsync(Guid nodeId, LogPiece piece) => dispatcher.AppendLogAsync(nodeId, piece);

    /// <summary>The stream ended; what the node runs goes on under its leases.</summary>
    public void Closed(INodeSession session)
    {
        links.Detach(session);
        dispatcher.Disconnected(session);
    }

    private void Begin(INodeSession session, NodeRecord found, string nonce, NodeHello hello)
    {
        var node = found.Node;
        links.Attach(session, Now)?.Close(SessionEnd.Replaced, "A newer session of this machine took over.");
        _paused[node.Id] = hello.Paused;
        dispatcher.Connected(NodeProfile.Of(node), session, node.SessionFence, nonce, PolicyOf(found), hello.Attempts);
        feed.Say(node, found.WorkspaceIds);
        LogConnected(node.Id, node.SessionFence, hello.Attempts.Count);
    }

    private async Task<Error> QuarantineAsync(NodeRecord found, string reason, CancellationToken cancellationToken)
    {
        found.Node.Quarantine(reason);
        await store.TrySaveAsync(found.Node, cancellationToken);
        links.Find(found.Node.Id)?.Session?.Close(SessionEnd.Quarantined, reason);
        dispatcher.StopAll(found.Node.Id, reason);
        feed.Say(found.Node, found.WorkspaceIds);
        LogQuarantined(found.Node.Id, reason);
        return NodeErrors.Quarantined(reason);
    }

    private async Task ChangeAsync(INodeSession session, Action<Node> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            if (await store.FindAsync(session.NodeId, cancellationToken) is not { } found)
            {
                return;
            }

            change(found.Node);
            found.Node.Stand(found.Node.Settle(Now, Now, connected: true, Options), Now);
            if (await store.TrySaveAsync(found.Node, cancellationToken))
            {
                dispatcher.Changed(NodeProfile.Of(found.Node), policy: null);
                feed.Say(found.Node, found.WorkspaceIds);
                return;
            }
        }
    }

    internal static NodePolicy PolicyOf(NodeRecord found) =>
        new(found.Node.Limits, found.WorkspaceIds, found.Node.DrainedAt is not null);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {NodeId} connected, session {Fence}, with {Attempts} attempts")]
    private partial void LogConnected(Guid nodeId, long fence, int attempts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {NodeId} quarantined: {Reason}")]
    private partial void LogQuarantined(Guid nodeId, string reason);
}
