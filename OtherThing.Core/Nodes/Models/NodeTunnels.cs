using System.Collections.Concurrent;

namespace OtherThing.Core.Nodes.Models;

/// <summary>The tunnels to machines: those that a machine was asked to open, and those that are at work.</summary>
public sealed class NodeTunnels
{
    private readonly ConcurrentDictionary<Guid, NodeTunnel> _claimable = new();
    private readonly ConcurrentDictionary<Guid, NodeTunnel> _live = new();

    /// <summary>All that have not ended.</summary>
    internal IEnumerable<NodeTunnel> Live => _live.Select(pair => pair.Value);

    /// <summary>The stream of a node that names a tunnel; the first to name it has it.</summary>
    /// <returns>The tunnel; null when the node was asked for no such one, or has named it already.</returns>
    public NodeTunnel? Claim(Guid nodeId, Guid tunnelId) =>
        _claimable.TryGetValue(tunnelId, out var tunnel) && tunnel.NodeId == nodeId && _claimable.TryRemove(KeyValuePair.Create(tunnelId, tunnel))
            ? tunnel
            : null;

    /// <summary>Asks a node to open one.</summary>
    internal NodeTunnel Open(INodeSession session, string endpoint, Guid workspaceId)
    {
        var tunnel = new NodeTunnel(session.NodeId, workspaceId, Forget);
        _live[tunnel.Id] = _claimable[tunnel.Id] = tunnel;
        session.Send(new NodeCommand.OpenTunnel(tunnel.Id, endpoint, workspaceId));
        return tunnel;
    }

    private void Forget(NodeTunnel tunnel)
    {
        _claimable.TryRemove(tunnel.Id, out _);
        _live.TryRemove(tunnel.Id, out _);
    }
}
