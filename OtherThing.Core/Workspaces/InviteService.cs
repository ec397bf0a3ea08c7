using System.ComponentModel.DataAnnotations;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>Makes, lists, revokes and redeems invites.</summary>
public sealed class InviteService(
    Door door,
    IInviteStore invites,
    IAccountStore accounts,
    IWorkspaceStore workspaces,
    AuditLog audit,
    ILiveFeed feed,
    TimeProvider clock)
{
    private static readonly EmailAddressAttribute s_email = new();

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Makes an invite.</summary>
    /// <returns>The invite with its code, shown only once, or <c>invite.invalid</c> naming the fields.</returns>
    public async Task<Result<NewInvite>> CreateAsync(
        Actor actor, Guid workspaceId, InviteDraft draft, CancellationToken cancellationToken)
    {
        var operation = draft.Role >= Role.Admin ? Operations.InviteCreateAdmin : Operations.InviteCreate;
        if (!(await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).TryGet(out var entry, out var error)
            || !Check(draft).TryGet(out var good, out error))
        {
            return error;
        }

        var code = SecretCode.New();
        var now = Now;
        var invite = new Invite(
            workspaceId, SecretCode.Hash(code), good.Role, good.MaxUses!.Value, good.Email, entry.UserId, now,
            now.AddDays(good.ExpiresInDays!.Value));
        await invites.AddAsync(invite, cancellationToken);
        await TellAsync(actor, invite, operation, $"as {invite.Role}, {invite.MaxUses} uses", cancellationToken);
        return new NewInvite(invite, code);
    }

    /// <summary>The invites that were not revoked, newest first, without their codes.</summary>
    public async Task<Result<Page<Invite>>> ListAsync(
        Actor actor, Guid workspaceId, PageRequest page, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.InviteList, cancellationToken)).TryGet(out _, out var error)
            ? await invites.ListAsync(workspaceId, page, cancellationToken)
            : error;

    /// <summary>Takes an invite back; an invite as Admin only by an Owner.</summary>
    /// <returns>The invite that was, or <c>invite.not_found</c>.</returns>
    public async Task<Result<Invite>> RevokeAsync(Actor actor, Guid workspaceId, Guid inviteId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.InviteList, cancellationToken)).TryGet(out var entry, out var error))
        {
            return error;
        }

        if (await invites.FindAsync(workspaceId, inviteId, cancellationToken) is not { RevokedAt: null } invite)
        {
            return MemberErrors.InviteNotFound;
        }

        if (invite.Role == Role.Admin && entry.Role != Role.Owner)
        {
            var refusal = Error.Forbidden("access.forbidden", "Only owners can revoke an invite for an admin.");
            audit.Refused(actor, workspaceId, Operations.InviteList, refusal);
            return refusal;
        }

        if (!await invites.TryRevokeAsync(workspaceId, inviteId, Now, cancellationToken))
        {
            return MemberErrors.InviteNotFound;
        }

        await TellAsync(actor, invite, Operations.InviteList, "revoked", cancellationToken, "invite.revoke");
        return invite;
    }

    /// <summary>What a code leads to, for the page that asks whether to join; needs no sign-in, since the code is the right.</summary>
    /// <returns>The preview, or <c>invite.unknown</c>, <c>invite.expired</c>, <c>invite.used_up</c>, <c>invite.revoked</c>.</returns>
    public Task<Result<InvitePreview>> PreviewAsync(string? code, CancellationToken cancellationToken) =>
        invites.PreviewAsync(SecretCode.Normalize(code ?? ""), Now, cancellationToken);

    /// <summary>Redeems a code: an invite's, or a workspace's standing one. A member keeps the role they have.</summary>
    /// <returns>
    /// The workspace, or <c>invite.unknown</c>, <c>invite.expired</c>, <c>invite.used_up</c>, <c>invite.revoked</c>, <c>invite.other_email</c>.
    /// </returns>
    public async Task<Result<WorkspaceView>> RedeemAsync(Actor actor, string? code, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.InviteRedeem).TryGet(out var userId, out var error))
        {
            return error;
        }

        if (await accounts.FindAsync(userId, cancellationToken) is not { } account)
        {
            return MemberErrors.InviteUnknown;
        }

        var redemption = await invites.RedeemAsync(
            SecretCode.Normalize(code ?? ""), userId, account.Email.ToLowerInvariant(), Now, cancellationToken);
        if (redemption.WorkspaceId is not { } workspaceId)
        {
            return redemption.Refusal ?? MemberErrors.InviteUnknown;
        }

        if (redemption.Joined)
        {
            feed.Publish(Topic.User(userId), new AccessChanged());
            feed.Publish(Topic.Workspace(workspaceId), new MembersChanged());
            await audit.AppendAsync(actor, workspaceId, Operations.InviteRedeem, $"member:{userId}", "joined by invite");
        }

        return await workspaces.FindAsync(workspaceId, userId, cancellationToken) is { } view ? view : WorkspaceErrors.NotFound;
    }

    private static Result<InviteDraft> Check(InviteDraft draft)
    {
        List<FieldError> wrong = [];
        var admin = draft.Role == Role.Admin;
        if (draft.Role > Role.Admin || !Enum.IsDefined(draft.Role))
        {
            wrong.Add(new FieldError("role", "An invite makes a viewer, member or admin; an Owner is made by handing the workspace over."));
        }

        if (draft.ExpiresInDays is < 1 or > Invite.MaxDays)
        {
            wrong.Add(new FieldError("expiresInDays", $"An invite lasts 1 to {Invite.MaxDays} days."));
        }

        if (draft.MaxUses is < 1 or > Invite.MaxUsesLimit || (admin && draft.MaxUses is > 1))
        {
            wrong.Add(new FieldError("maxUses", admin ? "An invite as admin is for one use." : $"An invite is for 1 to {Invite.MaxUsesLimit} uses."));
        }

        var email = string.IsNullOrWhiteSpace(draft.Email) ? null : draft.Email.Trim().ToLowerInvariant();
        if (email is null ? admin : email.Length > 254 || !s_email.IsValid(email))
        {
            wrong.Add(new FieldError("email", admin ? "An invite as admin names the e-mail address it is for." : "This is not an e-mail address."));
        }

        return wrong.Count > 0
            ? Error.Invalid("invite.invalid", wrong[0].Message, wrong)
            : draft with
            {
                ExpiresInDays = draft.ExpiresInDays ?? Invite.MaxDays,
                MaxUses = draft.MaxUses ?? (admin ? 1 : Invite.DefaultUses),
                Email = email,
            };
    }

    private async Task TellAsync(Actor actor, Invite invite, Operation operation, string detail, CancellationToken cancellationToken, string? act = null)
    {
        feed.Publish(Topic.Workspace(invite.WorkspaceId), new InvitesChanged());
        await audit.AppendAsync(
            actor, invite.WorkspaceId, operation, $"invite:{invite.Id}", detail.ToLowerInvariant(), act);
    }
}
