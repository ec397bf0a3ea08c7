using OtherThing.Core.Access;

namespace OtherThing.Core.Workspaces;

/// <summary>A code that lets people into a workspace, with a role, an end and a use limit. The code itself is not kept.</summary>
public sealed class Invite
{
    /// <summary>The longest life of an invite, in days.</summary>
    public const int MaxDays = 7;

    /// <summary>The most uses of one invite.</summary>
    public const int MaxUsesLimit = 1_000;

    /// <summary>Uses when nobody says how many.</summary>
    public const int DefaultUses = 10;

    private Invite()
    {
    }

    /// <summary>A new invite; its numbers are checked by <see cref="InviteService"/>.</summary>
    public Invite(
        Guid workspaceId, string codeHash, Role role, int maxUses, string? email, Guid createdBy, DateTime utcNow, DateTime expiresAt)
    {
        Id = Guid.CreateVersion7();
        (WorkspaceId, CodeHash, Role, MaxUses, Email) = (workspaceId, codeHash, role, maxUses, email);
        (CreatedBy, CreatedAt, ExpiresAt) = (createdBy, utcNow, expiresAt);
    }

    /// <summary>Which one.</summary>
    public Guid Id { get; private set; }

    /// <summary>Where it leads.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>SHA-256 of the code.</summary>
    public string CodeHash { get; private set; } = "";

    /// <summary>What whoever redeems it becomes; never Owner.</summary>
    public Role Role { get; private set; }

    /// <summary>How often it may be redeemed.</summary>
    public int MaxUses { get; private set; }

    /// <summary>How often it was.</summary>
    public int Uses { get; private set; }

    /// <summary>The only address it is good for, lower case; null when anyone may use it.</summary>
    public string? Email { get; private set; }

    /// <summary>Who invited; the invite is worth nothing once they may not invite any more.</summary>
    public Guid CreatedBy { get; private set; }

    /// <summary>When it was made (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it ends (UTC).</summary>
    public DateTime ExpiresAt { get; private set; }

    /// <summary>When it was revoked (UTC); null while it was not.</summary>
    public DateTime? RevokedAt { get; private set; }
}

/// <summary>What a person says of a new invite.</summary>
/// <param name="Role">Viewer, Member or Admin.</param>
/// <param name="ExpiresInDays">1 to 7; null is 7.</param>
/// <param name="MaxUses">1 to 1,000; null is 10, and 1 for an Admin invite, which is never more.</param>
/// <param name="Email">The only address it is good for; an Admin invite must name one.</param>
public sealed record InviteDraft(Role Role, int? ExpiresInDays = null, int? MaxUses = null, string? Email = null);

/// <summary>A new invite and its code, which is shown only once.</summary>
/// <param name="Invite">The invite.</param>
/// <param name="Code">The code.</param>
public sealed record NewInvite(Invite Invite, string Code);

/// <summary>What someone who holds a code may know before joining.</summary>
/// <param name="WorkspaceName">The workspace.</param>
/// <param name="InviterName">Who invited.</param>
/// <param name="Role">What they would become.</param>
public sealed record InvitePreview(string WorkspaceName, string InviterName, Role Role);
