namespace OtherThing.Core.Nodes;

/// <summary>A single-use permission to ask to be somebody's node; only its hash is kept.</summary>
public sealed class JoinToken
{
    /// <summary>How long it may be redeemed.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(15);

    private JoinToken()
    {
    }

    /// <summary>A new token of its owner.</summary>
    public JoinToken(Guid ownerId, byte[] tokenHash, string? name, IReadOnlyList<Guid> workspaceIds, bool joinsNewWorkspaces, DateTime utcNow)
    {
        Id = Guid.CreateVersion7();
        (OwnerId, TokenHash, Name, WorkspaceIds, JoinsNewWorkspaces) = (ownerId, tokenHash, name, workspaceIds, joinsNewWorkspaces);
        (CreatedAt, ExpiresAt) = (utcNow, utcNow + Lifetime);
    }

    /// <summary>Which token.</summary>
    public Guid Id { get; private set; }

    /// <summary>Who will own the node.</summary>
    public Guid OwnerId { get; private set; }

    /// <summary>SHA-256 of the token; unique.</summary>
    public byte[] TokenHash { get; private set; } = [];

    /// <summary>The name the node gets; its host name when null.</summary>
    public string? Name { get; private set; }

    /// <summary>The workspaces it serves from the start.</summary>
    public IReadOnlyList<Guid> WorkspaceIds { get; private set; } = [];

    /// <summary>True when the node joins every workspace its owner makes.</summary>
    public bool JoinsNewWorkspaces { get; private set; }

    /// <summary>When it was made (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it ends (UTC).</summary>
    public DateTime ExpiresAt { get; private set; }

    /// <summary>When it was redeemed (UTC); null while it may be.</summary>
    public DateTime? UsedAt { get; private set; }

    /// <summary>The node it made.</summary>
    public Guid? NodeId { get; private set; }
}
