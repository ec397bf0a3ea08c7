using OtherThing.Core.Live;

namespace OtherThing.Core.Keys;

/// <summary>Notes how a key was found when a run used it.</summary>
public sealed class KeyHealth(IKeyStore keys, ILiveFeed feed)
{
    /// <summary>Notes it with the time; pages are told when it changed.</summary>
    public async Task NoteAsync(ApiKey key, ApiKeyStatus status, DateTime usedAt, CancellationToken cancellationToken)
    {
        await keys.NoteAsync(key.WorkspaceId, key.Id, status, usedAt, cancellationToken);
        if (status != key.Status)
        {
            feed.Publish(Topic.Workspace(key.WorkspaceId), new KeysChanged());
        }
    }
}
