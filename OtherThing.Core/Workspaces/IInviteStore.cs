using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>How a redemption ended.</summary>
/// <param name="WorkspaceId">Where the person now belongs; null when they were refused.</param>
/// <param name="Joined">False when they belonged to it already: nothing was used and their role is as it was.</param>
/// <param name="Refusal">Why not, when refused.</param>
public sealed record Redemption(Guid? WorkspaceId, bool Joined, Error? Refusal = null);

/// <summary>Keeps invites.</summary>
public interface IInviteStore
{
    /// <summary>Saves a new invite.</summary>
    Task AddAsync(Invite invite, CancellationToken cancellationToken);

    /// <summary>A workspace's invites that were not revoked, newest first.</summary>
    Task<Page<Invite>> ListAsync(Guid workspaceId, PageRequest page, CancellationToken cancellationToken);

    /// <summary>One invite; null when there is none in this workspace.</summary>
    Task<Invite?> FindAsync(Guid workspaceId, Guid inviteId, CancellationToken cancellationToken);

    /// <summary>Ends an invite; false when it was ended already.</summary>
    Task<bool> TryRevokeAsync(Guid workspaceId, Guid inviteId, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>What a code leads to, or why it leads nowhere.</summary>
    Task<Result<InvitePreview>> PreviewAsync(string code, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Redeems a code, a workspace's standing one or an invite's, in one transaction around one conditional update.</summary>
    Task<Redemption> RedeemAsync(string code, Guid userId, string email, DateTime utcNow, CancellationToken cancellationToken);
}
