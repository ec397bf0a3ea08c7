namespace OtherThing.Core.Runs.Values;

/// <summary>Keeps large values of runs, by workspace and content. What is kept is on disk when the call returns; only the purge deletes.</summary>
public interface IBlobStore
{
    /// <summary>Keeps a value; one that is kept already counts as used just now.</summary>
    Task<BlobRef> KeepAsync(Guid workspaceId, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>Opens a value for reading; null when it is not there.</summary>
    /// <exception cref="ArgumentException">The hash is none.</exception>
    Task<Stream?> OpenAsync(Guid workspaceId, string hash, CancellationToken cancellationToken);

    /// <summary>The workspaces that keep any value.</summary>
    IReadOnlyList<Guid> ListWorkspaces();

    /// <summary>The values of a workspace that nobody kept since a time (UTC).</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="before">Only values kept before it: younger ones may belong to a commit that is on its way.</param>
    IEnumerable<string> ListIdle(Guid workspaceId, DateTime before);

    /// <summary>Deletes a value unless somebody kept it since that time (UTC).</summary>
    /// <returns>True when it is gone.</returns>
    bool DeleteIdle(Guid workspaceId, string hash, DateTime before);

    /// <summary>Deletes every value of a workspace; for one that nobody can bring back.</summary>
    void DeleteAll(Guid workspaceId);
}
