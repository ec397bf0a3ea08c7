using OtherThing.Core.Access;

namespace OtherThing.Core.Runs;

/// <summary>A run that has not ended, and the member it acts for.</summary>
public readonly record struct HeldRun(Guid RunId, Guid WorkspaceId, Guid UserId);

/// <summary>Reads and changes whom open runs act for.</summary>
public interface IRunHolderStore
{
    /// <summary>Open runs whose member has none of these roles in their workspace, or whose workspace is deleted.</summary>
    Task<IReadOnlyList<HeldRun>> FindWithoutRoleAsync(IReadOnlyCollection<Role> roles, int limit, CancellationToken cancellationToken);

    /// <summary>Makes a member's open runs of a workspace act for another one.</summary>
    /// <returns>The runs.</returns>
    Task<IReadOnlyList<Guid>> HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken);
}
