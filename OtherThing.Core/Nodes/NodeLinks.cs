using System.Collections.Concurrent;

namespace OtherThing.Core.Nodes;

/// <summary>Who is connected to this process, and when each was heard last.</summary>
public sealed class NodeLinks
{
    private readonly ConcurrentDictionary<Guid, NodeLink> _links = new();

    /// <summary>What is known of a node's link; null when it was not heard since this process began.</summary>
    public NodeLink? Find(Guid nodeId) => _links.GetValueOrDefault(nodeId);

    /// <summary>Every node heard since this process began.</summary>
    public IEnumerable<NodeLink> All() => _links.Select(pair => pair.Value);

    /// <summary>A new session takes the link; the one before it, if any, must be closed.</summary>
    internal INodeSession? Attach(INodeSession session, DateTime utcNow)
    {
        var link = _links.GetOrAdd(session.NodeId, id => new NodeLink(id));
        lock (link)
        {
            var before = link.Session;
            (link.Session, link.LastBeatAt) = (session, utcNow);
            return before;
        }
    }

    /// <summary>A session ended; false when a newer one had the link already.</summary>
    internal bool Detach(INodeSession session)
    {
        if (Find(session.NodeId) is not { } link)
        {
            return false;
        }

        lock (link)
        {
            if (!ReferenceEquals(link.Session, session))
            {
                return false;
            }

            link.Session = null;
            return true;
        }
    }

    /// <summary>A beat of a session that still has the link.</summary>
    internal bool Beat(INodeSession session, NodeLoad? load, DateTime utcNow)
    {
        if (Find(session.NodeId) is not { } link || !ReferenceEquals(link.Session, session))
        {
            return false;
        }

        link.LastBeatAt = utcNow;
        link.Load = load ?? link.Load;
        return true;
    }
}

/// <summary>The link of one node.</summary>
public sealed class NodeLink
{
    internal NodeLink(Guid nodeId) => NodeId = nodeId;

    /// <summary>Which node.</summary>
    public Guid NodeId { get; }

    /// <summary>Its session; null while it has none.</summary>
    public INodeSession? Session { get; internal set; }

    /// <summary>When it was heard last (UTC).</summary>
    public DateTime LastBeatAt { get; internal set; }

    /// <summary>How busy it said it is.</summary>
    public NodeLoad? Load { get; internal set; }
}
