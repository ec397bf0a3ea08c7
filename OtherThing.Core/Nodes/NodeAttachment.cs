namespace OtherThing.Core.Nodes;

/// <summary>That a node serves a workspace.</summary>
public sealed class NodeAttachment
{
    private NodeAttachment()
    {
    }

    /// <summary>A new attachment.</summary>
    public NodeAttachment(Guid nodeId, Guid workspaceId, DateTime utcNow) =>
        (NodeId, WorkspaceId, AttachedAt) = (nodeId, workspaceId, utcNow);

    /// <summary>The node.</summary>
    public Guid NodeId { get; private set; }

    /// <summary>The workspace.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>Since when (UTC).</summary>
    public DateTime AttachedAt { get; private set; }
}
