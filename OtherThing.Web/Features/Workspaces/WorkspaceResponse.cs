using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Workspaces;

namespace OtherThing.Web.Features.Workspaces;

internal sealed record WorkspaceResponse(
    Guid Id,
    string Slug,
    string Name,
    string Description,
    bool IsPrivate,
    string? InviteCode,
    Guid OwnerId,
    Role? Role,
    int MemberCount,
    DateTime CreatedAt,
    RunRetention Retention,
    int? MaxConcurrentRuns,
    string? LeastSandbox,
    Guid Version)
{
    public static WorkspaceResponse From(WorkspaceView view) => new(
        view.Workspace.Id,
        view.Workspace.Slug,
        view.Workspace.Name,
        view.Workspace.Description,
        view.Workspace.IsPrivate,
        view.InviteCode,
        view.OwnerId,
        view.Role,
        view.MemberCount,
        view.Workspace.CreatedAt,
        view.Workspace.Retention,
        view.Workspace.MaxConcurrentRuns,
        view.Workspace.LeastSandbox,
        view.Workspace.Version);
}

internal sealed record CreateWorkspaceRequest(string? Name, string? Description = null, bool? IsPrivate = null);

internal sealed record UpdateWorkspaceRequest(
    string? Name = null, string? Description = null, bool? IsPrivate = null, RunRetentionChange? Retention = null)
{
    public Optional<int?> MaxConcurrentRuns { get; init; }

    public Optional<string?> LeastSandbox { get; init; }

    public Guid? Version { get; init; }
}
