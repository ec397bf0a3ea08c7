using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>A member as others see them.</summary>
/// <param name="UserId">The person.</param>
/// <param name="DisplayName">Their name.</param>
/// <param name="Email">Their address; null for those who may not see it.</param>
/// <param name="Role">What they are.</param>
/// <param name="JoinedAt">Since when (UTC).</param>
public sealed record MemberView(Guid UserId, string DisplayName, string? Email, Role Role, DateTime JoinedAt);

/// <summary>Keeps who belongs to which workspace. Every change is one conditional statement, so that two people at once stay right.</summary>
public interface IMemberStore
{
    /// <summary>The members, longest standing first.</summary>
    Task<Page<MemberView>> ListAsync(Guid workspaceId, PageRequest page, CancellationToken cancellationToken);

    /// <summary>One member; null when the person does not belong to it.</summary>
    Task<MemberView?> FindAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken);

    /// <summary>Lets a person into a public workspace as Viewer; false when it is not public (any more).</summary>
    Task<bool> TryJoinPublicAsync(Guid workspaceId, Guid userId, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Changes a role if it still is <paramref name="expected"/>.</summary>
    Task<bool> TrySetRoleAsync(Guid workspaceId, Guid userId, Role expected, Role role, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the Admin the workspace is offered to its Owner, and the Owner who offered it an Admin, in one transaction; false when it is
    /// not offered to this person (any more) or either's role has changed.
    /// </summary>
    Task<bool> TryTransferAsync(Guid workspaceId, Guid adminId, CancellationToken cancellationToken);

    /// <summary>Removes a member whose role still is <paramref name="expected"/>; never the last Owner.</summary>
    Task<bool> TryRemoveAsync(Guid workspaceId, Guid userId, Role expected, CancellationToken cancellationToken);
}
