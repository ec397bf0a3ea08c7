using OtherThing.Core.Live;

namespace OtherThing.Core.Nodes;

/// <summary>Says that a node changed to everybody who may see it: its own page, its workspaces, its owner.</summary>
public sealed class NodeFeed(ILiveFeed feed)
{
    /// <summary>The event's name.</summary>
    public const string Changed = "nodes.changed";

    /// <summary>The event's name for a beat, on the node's own topic only.</summary>
    public const string Beat = "node.beat";

    /// <summary>The node is other than before.</summary>
    public void Say(Node node, IEnumerable<Guid> workspaceIds)
    {
        feed.Publish(Topic.Node(node.Id), Changed);
        if (node.OwnerId is { } ownerId)
        {
            feed.Publish(Topic.User(ownerId), Changed);
        }

        foreach (var workspaceId in workspaceIds)
        {
            feed.Publish(Topic.Workspace(workspaceId), Changed);
        }
    }

    /// <summary>The node was heard.</summary>
    public void SayBeat(Guid nodeId) => feed.Publish(Topic.Node(nodeId), Beat);
}
