using OtherThing.Core.Retention;

namespace OtherThing.Core.Workspaces;

/// <summary>Deletes every trace of workspaces that nobody can bring back any more.</summary>
public interface IShreddingStore
{
    /// <summary>Workspaces that were deleted before a time (UTC).</summary>
    Task<IReadOnlyList<Guid>> ListDeletedAsync(DateTime before, CancellationToken cancellationToken);

    /// <summary>Deletes the key that a workspace's secrets are sealed with: from now on nothing opens them.</summary>
    Task DeleteKeyAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>Deletes some of the rows that are left of a workspace, but for its runs, its jobs and its own row.</summary>
    /// <returns>How many went; 0 once none is left.</returns>
    Task<Piece> DeleteRowsAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>Deletes the workspace's own row, with what came to be in the meantime.</summary>
    Task DeleteWorkspaceAsync(Guid workspaceId, CancellationToken cancellationToken);
}
