using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Workspaces;

internal sealed class MemberStore(IDbContextFactory<AppDbContext> contexts, AccessChanges changes) : IMemberStore
{
    public async Task<Page<MemberView>> ListAsync(Guid workspaceId, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var members = Find(db, workspaceId, page.Cursor);
        var found = await List(db, members).Take(page.Limit + 1).ToListAsync(cancellationToken);
        var items = found.Take(page.Limit).ToList();
        var next = found.Count > page.Limit ? new Cursor(items[^1].JoinedAt, items[^1].UserId).ToString() : null;
        return new Page<MemberView>(items, next);
    }

    public async Task<MemberView?> FindAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await View(db, db.Set<Membership>().Where(m => m.WorkspaceId == workspaceId && m.UserId == userId)
                .Where(m => db.Set<Workspace>().Any(w => w.Id == workspaceId && w.DeletedAt == null)))
            .FirstOrDefaultAsync(cancellationToken);
    }

    public Task<bool> TryJoinPublicAsync(Guid workspaceId, Guid userId, DateTime utcNow, CancellationToken cancellationToken) =>
        changes.AfterAsync(UnitOfWork.RunAsync(
        contexts,
        unit => TryJoinPublicAsync(unit, workspaceId, userId, utcNow, cancellationToken),
        async db => await db.Set<Membership>().AnyAsync(
            m => m.WorkspaceId == workspaceId && m.UserId == userId && m.JoinedAt == utcNow, cancellationToken) ? new Known<bool>(true) : null,
        cancellationToken), userId);

    private static async Task<bool> TryJoinPublicAsync(
        UnitOfWork unit, Guid workspaceId, Guid userId, DateTime utcNow, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        // The touched row holds off whoever makes the workspace private, deletes it, or joins as the same person meanwhile.
        var open = await db.Set<Workspace>().Where(w => w.Id == workspaceId && !w.IsPrivate && w.DeletedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(w => w.IsPrivate, w => w.IsPrivate), cancellationToken);
        if (open == 0 || await db.Set<Membership>().AnyAsync(m => m.WorkspaceId == workspaceId && m.UserId == userId, cancellationToken))
        {
            return false;
        }

        db.Add(new Membership(workspaceId, userId, Role.Viewer, utcNow));
        await db.SaveChangesAsync(cancellationToken);
        await unit.CommitAsync();
        return true;
    }

    public async Task<bool> TrySetRoleAsync(
        Guid workspaceId, Guid userId, Role expected, Role role, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        if (expected == Role.Owner || await SetRoleAsync(db, workspaceId, userId, expected, role, cancellationToken) == 0)
        {
            return false;
        }

        changes.Raise(userId);
        return true;
    }

    public Task<bool> TryTransferAsync(Guid workspaceId, Guid adminId, CancellationToken cancellationToken) => changes.AfterAsync(UnitOfWork.RunAsync(
        contexts,
        unit => TryTransferAsync(unit, workspaceId, adminId, cancellationToken),
        async db => await db.Set<Membership>().AnyAsync(
            m => m.WorkspaceId == workspaceId && m.UserId == adminId && m.Role == Role.Owner, cancellationToken) ? new Known<bool>(true) : null,
        cancellationToken), null);

    private static async Task<bool> TryTransferAsync(UnitOfWork unit, Guid workspaceId, Guid adminId, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        var offeredBy = await db.Set<Workspace>().Where(w => w.Id == workspaceId && w.DeletedAt == null && w.OfferedTo == adminId)
            .Select(w => w.OfferedBy).FirstOrDefaultAsync(cancellationToken);
        // The offer is taken first: of two who accept at once one finds it gone.
        var taken = await db.Set<Workspace>().Where(w => w.Id == workspaceId && w.OfferedTo == adminId && w.OfferedBy == offeredBy)
            .ExecuteUpdateAsync(
                set => set.SetProperty(w => w.OfferedTo, (Guid?)null).SetProperty(w => w.OfferedBy, (Guid?)null), cancellationToken);
        if (offeredBy is null || taken == 0
            || await SetRoleAsync(db, workspaceId, adminId, Role.Admin, Role.Owner, cancellationToken) == 0
            || await SetRoleAsync(db, workspaceId, offeredBy.Value, Role.Owner, Role.Admin, cancellationToken) == 0)
        {
            return false;
        }

        await unit.CommitAsync();
        return true;
    }

    public Task<bool> TryRemoveAsync(Guid workspaceId, Guid userId, Role expected, CancellationToken cancellationToken) =>
        changes.AfterAsync(UnitOfWork.RunAsync(
        contexts,
        unit => TryRemoveAsync(unit, workspaceId, userId, expected, cancellationToken),
        async db => await db.Set<Membership>().AnyAsync(m => m.WorkspaceId == workspaceId && m.UserId == userId, cancellationToken)
            ? null : new Known<bool>(true),
        cancellationToken), userId);

    private static async Task<bool> TryRemoveAsync(
        UnitOfWork unit, Guid workspaceId, Guid userId, Role expected, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        // Two Owners who leave at once queue up at the workspace's row; the second sees that the first has gone.
        await db.Set<Workspace>().Where(w => w.Id == workspaceId)
            .ExecuteUpdateAsync(set => set.SetProperty(w => w.IsPrivate, w => w.IsPrivate), cancellationToken);
        var removed = await db.Set<Membership>()
            .Where(m => m.WorkspaceId == workspaceId && m.UserId == userId && m.Role == expected)
            .Where(m => m.Role != Role.Owner || db.Set<Membership>().Any(other =>
                other.WorkspaceId == workspaceId && other.UserId != userId && other.Role == Role.Owner))
            .ExecuteDeleteAsync(cancellationToken);
        await unit.CommitAsync();
        return removed == 1;
    }

    private static Task<int> SetRoleAsync(
        AppDbContext db, Guid workspaceId, Guid userId, Role expected, Role role, CancellationToken cancellationToken)
    {
        var version = Guid.NewGuid();
        return db.Set<Membership>()
            .Where(m => m.WorkspaceId == workspaceId && m.UserId == userId && m.Role == expected)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.Role, role).SetProperty(m => m.Version, version), cancellationToken);
    }

    internal static IQueryable<Membership> Find(AppDbContext db, Guid workspaceId, Cursor? after)
    {
        var members = db.Set<Membership>().Where(m => m.WorkspaceId == workspaceId);
        return after is null ? members : members.Where(m => m.JoinedAt >= after.At && (m.JoinedAt > after.At || m.UserId.CompareTo(after.Id) > 0));
    }

    internal static IQueryable<MemberView> List(AppDbContext db, IQueryable<Membership> members) =>
        from m in members
        join u in db.Users on m.UserId equals u.Id
        orderby m.JoinedAt, m.UserId
        select new MemberView(m.UserId, u.DisplayName, u.Email, m.Role, m.JoinedAt);

    private static IQueryable<MemberView> View(AppDbContext db, IQueryable<Membership> members) =>
        from m in members
        join u in db.Users on m.UserId equals u.Id
        select new MemberView(m.UserId, u.DisplayName, u.Email, m.Role, m.JoinedAt);
}
