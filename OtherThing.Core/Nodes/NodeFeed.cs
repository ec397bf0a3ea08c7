using OtherThing.Core.Live;

namespace OtherThing.Core.Nodes;

/// <summary>Says that a node changed to everybody who may see it: its own page, its workspaces, its owner.</summary>
public sealed class NodeFeed(ILiveFeed feed)
{
    /// <summary>The node is other than before.</summary>
    public void Say(Node node, IEnumerable<Guid> workspaceIds)
    {
        feed.Publish(Topic.Node(node.Id), new NodesChanged());
        if (node.OwnerId is { } ownerId)
        {
            feed.Publish(Topic.User(ownerId), new NodesChanged());
        }

        foreach (var workspaceId in workspaceIds)
        {
            feed.Publish(Topic.Workspace(workspaceId), new NodesChanged());
        }
    }

    /// <summary>The node was heard.</summary>
    public void SayBeat(Guid nodeId) => feed.Publish(Topic.Node(nodeId), new NodeHeard());
}
