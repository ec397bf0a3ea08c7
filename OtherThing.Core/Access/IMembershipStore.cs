namespace OtherThing.Core.Access;

/// <summary>Reads who belongs where; asked on every operation, so an implementation answers with one indexed query.</summary>
public interface IMembershipStore
{
    /// <summary>The role of a person in a workspace; null when they are no active member of it or it does not exist (any more).</summary>
    Task<Role?> FindRoleAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken);
}
