namespace OtherThing.Core.Runs;

/// <summary>Deletes runs that nobody keeps any more, and knows which blobs are still referred to.</summary>
public interface IRunPurgeStore
{
    /// <summary>Every workspace with how long it keeps runs; deleted ones too, since they may come back.</summary>
    Task<IReadOnlyList<(Guid WorkspaceId, RunRetention Retention)>> ListRetentionsAsync(CancellationToken cancellationToken);

    /// <summary>Ended runs that a workspace does not keep, oldest first.</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="endedBefore">Runs that ended before this time (UTC).</param>
    /// <param name="keep">And those beyond the newest so many ended runs.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<Guid>> FindExpiredAsync(Guid workspaceId, DateTime endedBefore, int keep, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes ended runs with their journals, references and what was put aside of them, in one transaction; a run that lives is left as it is.
    /// </summary>
    /// <returns>How many were deleted.</returns>
    Task<int> DeleteAsync(Guid workspaceId, IReadOnlyList<Guid> runIds, CancellationToken cancellationToken);

    /// <summary>Deletes what was put aside because the database refused it, of whatever kind.</summary>
    /// <param name="putAsideBefore">Rows older than this (UTC).</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were deleted.</returns>
    Task<int> DeleteRefusedAsync(DateTime putAsideBefore, CancellationToken cancellationToken);

    /// <summary>Those of these blobs that a run still refers to.</summary>
    Task<IReadOnlySet<string>> FindUsedAsync(Guid workspaceId, IReadOnlyList<string> hashes, CancellationToken cancellationToken);
}
