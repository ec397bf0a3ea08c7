namespace OtherThing.Core.Access;

/// <summary>Work that has not ended, and the member it acts for.</summary>
/// <param name="Id">The run or job.</param>
/// <param name="WorkspaceId">Where it is.</param>
/// <param name="UserId">The member.</param>
public readonly record struct HeldWork(Guid Id, Guid WorkspaceId, Guid UserId);

/// <summary>Reads and changes whom open work acts for.</summary>
/// <typeparam name="TWork">The kind of work: runs, or jobs.</typeparam>
public interface IHolderStore<TWork>
{
    /// <summary>
    /// Open work, oldest first, whose member has none of these roles in its workspace, or whose workspace is deleted. Work that ends with
    /// other work, or is being ended, is left out.
    /// </summary>
    Task<IReadOnlyList<HeldWork>> FindWithoutRoleAsync(IReadOnlyCollection<Role> roles, int limit, CancellationToken cancellationToken);

    /// <summary>Makes all open work of a member in a workspace act for another one.</summary>
    /// <returns>What was handed over.</returns>
    Task<IReadOnlyList<Guid>> HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken);
}
