using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Workspaces;

internal sealed class InviteStore(IDbContextFactory<AppDbContext> contexts, AccessChanges changes) : IInviteStore
{
    private static readonly TimeOrder<Invite> s_order = new(invite => invite.CreatedAt, invite => invite.Id);

    public async Task AddAsync(Invite invite, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(invite);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<Page<Invite>> ListAsync(Guid workspaceId, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var invites = db.Set<Invite>().AsNoTracking().Where(i => i.WorkspaceId == workspaceId && i.RevokedAt == null);
        return await s_order.PageAsync(invites, [], page, cancellationToken);
    }

    public async Task<Invite?> FindAsync(Guid workspaceId, Guid inviteId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Invite>().AsNoTracking()
            .FirstOrDefaultAsync(i => i.WorkspaceId == workspaceId && i.Id == inviteId, cancellationToken);
    }

    public async Task<bool> TryRevokeAsync(Guid workspaceId, Guid inviteId, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        return await db.Set<Invite>().Where(i => i.WorkspaceId == workspaceId && i.Id == inviteId && i.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.RevokedAt, utcNow), cancellationToken) == 1;
    }

    public async Task<Result<InvitePreview>> PreviewAsync(string code, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var standing = await (
            from w in db.Set<Workspace>()
            where w.InviteCode == code && w.DeletedAt == null
            join m in db.Set<Membership>() on w.Id equals m.WorkspaceId
            where m.Role == Role.Owner
            join u in db.Users on m.UserId equals u.Id
            orderby m.JoinedAt
            select new InvitePreview(w.Name, u.DisplayName, Role.Member)).FirstOrDefaultAsync(cancellationToken);
        if (standing is not null)
        {
            return standing;
        }

        if (await RefuseAsync(db, SecretCode.Hash(code), utcNow, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var hash = SecretCode.Hash(code);
        return await (
            from i in db.Set<Invite>()
            where i.CodeHash == hash
            join w in db.Set<Workspace>() on i.WorkspaceId equals w.Id
            join u in db.Users on i.CreatedBy equals u.Id
            select new InvitePreview(w.Name, u.DisplayName, i.Role)).FirstAsync(cancellationToken);
    }

    public Task<Redemption> RedeemAsync(
        string code, Guid userId, string email, DateTime utcNow, CancellationToken cancellationToken) => changes.AfterAsync(UnitOfWork.RunAsync(
            contexts,
            unit => RedeemAsync(unit, code, userId, email, utcNow, cancellationToken),
            // The invite has counted its use exactly when the person is a member from this moment on.
            async db => await FindTargetAsync(db, code, SecretCode.Hash(code), cancellationToken) is { } target
                && await db.Set<Membership>().AnyAsync(
                    m => m.WorkspaceId == target.WorkspaceId && m.UserId == userId && m.JoinedAt == utcNow, cancellationToken)
                ? new Known<Redemption>(new Redemption(target.WorkspaceId, true)) : null,
            cancellationToken), userId);

    private static async Task<Redemption> RedeemAsync(
        UnitOfWork unit, string code, Guid userId, string email, DateTime utcNow, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        var hash = SecretCode.Hash(code);
        var target = await FindTargetAsync(db, code, hash, cancellationToken);
        if (target is null)
        {
            return new Redemption(null, false, MemberErrors.InviteUnknown);
        }

        // A member keeps what they have, and the invite keeps its use.
        if (await db.Set<Membership>().AnyAsync(m => m.WorkspaceId == target.WorkspaceId && m.UserId == userId, cancellationToken))
        {
            return new Redemption(target.WorkspaceId, false);
        }

        if (target.Email is { } bound && bound != email)
        {
            return new Redemption(null, false, MemberErrors.InviteForAnother);
        }

        var used = target.Standing
            ? await db.Set<Workspace>().Where(w => w.Id == target.WorkspaceId && w.InviteCode == code && w.DeletedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(w => w.InviteCode, w => w.InviteCode), cancellationToken)
            : await Usable(db, hash, utcNow).ExecuteUpdateAsync(set => set.SetProperty(i => i.Uses, i => i.Uses + 1), cancellationToken);
        if (used == 0)
        {
            return new Redemption(
                null, false, await RefuseAsync(db, hash, utcNow, cancellationToken) ?? MemberErrors.InviteUnknown);
        }

        db.Add(new Membership(target.WorkspaceId, userId, target.Role, utcNow));
        await db.SaveChangesAsync(cancellationToken);
        await unit.CommitAsync();
        return new Redemption(target.WorkspaceId, true);
    }

    /// <summary>The invites behind a hash that count now; whoever made one must still be allowed to.</summary>
    private static IQueryable<Invite> Usable(AppDbContext db, string hash, DateTime utcNow) =>
        db.Set<Invite>().Where(i => i.CodeHash == hash && i.RevokedAt == null && i.ExpiresAt > utcNow && i.Uses < i.MaxUses
            && db.Set<Workspace>().Any(w => w.Id == i.WorkspaceId && w.DeletedAt == null)
            && db.Set<Membership>().Any(m => m.WorkspaceId == i.WorkspaceId && m.UserId == i.CreatedBy
                && (m.Role == Role.Owner || (m.Role == Role.Admin && i.Role != Role.Admin))));

    private static async Task<Error?> RefuseAsync(AppDbContext db, string hash, DateTime utcNow, CancellationToken cancellationToken)
    {
        if (await Usable(db, hash, utcNow).AnyAsync(cancellationToken))
        {
            return null;
        }

        var invite = await db.Set<Invite>().AsNoTracking().FirstOrDefaultAsync(i => i.CodeHash == hash, cancellationToken);
        return invite is null ? MemberErrors.InviteUnknown
            : invite.RevokedAt is not null ? MemberErrors.InviteRevoked
            : invite.ExpiresAt <= utcNow ? MemberErrors.InviteExpired
            : invite.Uses >= invite.MaxUses ? MemberErrors.InviteUsedUp
            : MemberErrors.InviteRevoked;
    }

    private static async Task<Target?> FindTargetAsync(AppDbContext db, string code, string hash, CancellationToken cancellationToken) =>
        await db.Set<Workspace>().Where(w => w.InviteCode == code && w.DeletedAt == null)
            .Select(w => new Target(w.Id, Role.Member, null, true)).FirstOrDefaultAsync(cancellationToken)
        ?? await db.Set<Invite>().Where(i => i.CodeHash == hash && db.Set<Workspace>().Any(w => w.Id == i.WorkspaceId && w.DeletedAt == null))
            .Select(i => new Target(i.WorkspaceId, i.Role, i.Email, false)).FirstOrDefaultAsync(cancellationToken);

    private sealed record Target(Guid WorkspaceId, Role Role, string? Email, bool Standing);
}
