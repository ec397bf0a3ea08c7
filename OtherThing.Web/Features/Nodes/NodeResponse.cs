using OtherThing.Core.Nodes;

namespace OtherThing.Web.Features.Nodes;

/// <summary>A node as REST shows it.</summary>
public sealed record NodeResponse(
    Guid Id,
    string Name,
    Guid OwnerId,
    bool IsMine,
    NodeStatus Status,
    string Os,
    string Arch,
    string AgentVersion,
    DateTime? LastSeenAt,
    NodeResources Resources,
    NodeLimits Limits,
    IReadOnlyList<Guid> WorkspaceIds,
    int RunningJobs,
    string Sandbox,
    IReadOnlyList<string> Kinds,
    IReadOnlyList<string> Labels,
    NodeLoad? Load,
    string? HostName,
    string? Address,
    string? SandboxProblem,
    string Network)
{
    public static NodeResponse From(NodeView node) => new(
        node.Id,
        node.Name,
        node.OwnerId,
        node.IsMine,
        node.Status,
        node.Facts.Os,
        node.Facts.Arch,
        node.Facts.AgentVersion,
        node.LastSeenAt,
        node.Facts.Resources,
        node.Limits,
        node.WorkspaceIds,
        node.RunningJobs,
        node.Facts.Sandbox,
        node.Facts.Kinds,
        node.Facts.Labels,
        node.Load,
        node.Facts.HostName.Length > 0 ? node.Facts.HostName : null,
        node.Address,
        node.Facts.SandboxProblem.Length > 0 ? node.Facts.SandboxProblem : null,
        node.Facts.Network);
}
