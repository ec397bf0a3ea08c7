namespace OtherThing.Data.Keys;

/// <summary>The key all of a workspace's secrets are sealed with, itself sealed by the vault's ring. Deleting it shreds them.</summary>
internal sealed class WorkspaceDataKey
{
    public required Guid WorkspaceId { get; init; }

    public required byte[] Wrapped { get; init; }

    public required DateTime CreatedAt { get; init; }
}
