using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>A workspace as one person sees it.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="Role">Their role; null for a public workspace they have not joined.</param>
/// <param name="OwnerId">Its Owner, the one of longest standing when there are several.</param>
/// <param name="MemberCount">How many belong to it.</param>
public sealed record WorkspaceView(Workspace Workspace, Role? Role, Guid OwnerId, int MemberCount)
{
    /// <summary>The standing invite code; null for a person who may not invite.</summary>
    public string? InviteCode => Role is { } role && Operations.InviteCreate.For(role) == Grant.Allow ? Workspace.InviteCode : null;
}

/// <summary>Keeps workspaces. Deleted ones are invisible unless a method says otherwise.</summary>
public interface IWorkspaceStore
{
    /// <summary>Saves a new workspace and its first Owner in one transaction.</summary>
    /// <returns>False when the slug was taken in the meantime.</returns>
    Task<bool> TryAddAsync(Workspace workspace, Guid ownerId, CancellationToken cancellationToken);

    /// <summary>Every slug in use that starts so, deleted workspaces included.</summary>
    Task<IReadOnlySet<string>> ListSlugsAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>How many living workspaces a person owns.</summary>
    Task<int> CountOwnedAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>The workspace as a member sees it; null when there is none or the person does not belong to it.</summary>
    Task<WorkspaceView?> FindAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken);

    /// <summary>The id behind a slug; null when there is none.</summary>
    Task<Guid?> FindIdAsync(string slug, CancellationToken cancellationToken);

    /// <summary>A deleted workspace that this person owned; null when there is none.</summary>
    Task<Workspace?> FindDeletedAsync(Guid workspaceId, Guid ownerId, CancellationToken cancellationToken);

    /// <summary>The workspaces that this person owned and that were deleted after a time, last deleted first.</summary>
    Task<Page<Workspace>> ListDeletedAsync(Guid ownerId, DateTime deletedAfter, PageRequest page, CancellationToken cancellationToken);

    /// <summary>A person's workspaces, newest first.</summary>
    Task<Page<WorkspaceView>> ListMineAsync(Guid userId, PageRequest page, CancellationToken cancellationToken);

    /// <summary>The public workspaces as this person sees them, newest first.</summary>
    Task<Page<WorkspaceView>> ListPublicAsync(Guid userId, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Saves changes of one workspace; false when it was saved by somebody else since it was read.</summary>
    Task<bool> TrySaveAsync(Workspace workspace, CancellationToken cancellationToken);
}
