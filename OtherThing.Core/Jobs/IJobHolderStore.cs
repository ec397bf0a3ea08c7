using OtherThing.Core.Access;

namespace OtherThing.Core.Jobs;

/// <summary>A job that was sent by hand and has not ended, and the member it is for.</summary>
public readonly record struct HeldJob(Guid JobId, Guid WorkspaceId, Guid UserId);

/// <summary>Reads and changes for whom open jobs are.</summary>
public interface IJobHolderStore
{
    /// <summary>Open jobs of no run whose member has none of these roles in their workspace, or whose workspace is deleted.</summary>
    Task<IReadOnlyList<HeldJob>> FindWithoutRoleAsync(IReadOnlyCollection<Role> roles, int limit, CancellationToken cancellationToken);

    /// <summary>Makes a member's open jobs of a workspace be for another one.</summary>
    Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken);
}
