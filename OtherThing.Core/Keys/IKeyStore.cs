using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>Keeps keys.</summary>
public interface IKeyStore
{
    /// <summary>A workspace's keys, newest first.</summary>
    Task<Page<ApiKey>> ListAsync(Guid workspaceId, PageRequest page, CancellationToken cancellationToken);

    /// <summary>One key; null when this workspace has none of that id.</summary>
    Task<ApiKey?> FindAsync(Guid workspaceId, Guid keyId, CancellationToken cancellationToken);

    /// <summary>A provider's keys of a workspace, oldest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(Guid workspaceId, ApiProvider provider, CancellationToken cancellationToken);

    /// <summary>Adds a key; false when the workspace has one with the same fingerprint.</summary>
    Task<bool> TryAddAsync(ApiKey key, CancellationToken cancellationToken);

    /// <summary>Removes a key and its value; false when it was gone.</summary>
    Task<bool> RemoveAsync(Guid workspaceId, Guid keyId, CancellationToken cancellationToken);

    /// <summary>Notes how a key was found, and that it was used.</summary>
    Task NoteAsync(Guid workspaceId, Guid keyId, ApiKeyStatus status, DateTime? usedAt, CancellationToken cancellationToken);
}
