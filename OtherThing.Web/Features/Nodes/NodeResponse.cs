using OtherThing.Core.Nodes;
using OtherThing.Core.Nodes.Models;

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
    string Network,
    IReadOnlyList<NodeModelResponse> Models,
    IReadOnlyList<string> ModelProblems)
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
        node.Facts.Network,
        [.. node.Facts.Endpoints.SelectMany(endpoint => endpoint.Models, NodeModelResponse.From)],
        [.. node.Facts.Endpoints.Select(endpoint => endpoint.Problem).Where(problem => problem.Length > 0)]);
}

/// <summary>A model on a node as REST shows it.</summary>
public sealed record NodeModelResponse(string Name, string Endpoint, string? Server, bool? Loaded, long? SizeMb)
{
    public static NodeModelResponse From(ModelEndpoint endpoint, LocalModel model) =>
        new(model.Name, endpoint.Endpoint, endpoint.Server.Length > 0 ? endpoint.Server : null, model.Loaded, model.SizeMb);
}
