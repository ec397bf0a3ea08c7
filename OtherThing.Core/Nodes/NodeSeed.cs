using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Nodes;

/// <summary>A new workspace gets the nodes of its creator that join every one.</summary>
internal sealed class NodeSeed(NodeService nodes) : IWorkspaceSeed
{
    public Task SeedAsync(Workspace workspace, Actor creator, CancellationToken cancellationToken) =>
        nodes.JoinNewWorkspaceAsync(workspace.Id, workspace.CreatedBy, cancellationToken);
}
