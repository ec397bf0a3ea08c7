using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Workspaces;

internal sealed class WorkspaceStore(IDbContextFactory<AppDbContext> contexts, AccessChanges changes) : IWorkspaceStore
{
    public Task<bool> TryAddAsync(Workspace workspace, Guid ownerId, CancellationToken cancellationToken) => changes.AfterAsync(UnitOfWork.RunAsync(
        contexts,
        unit => TryAddAsync(unit, workspace, ownerId, cancellationToken),
        async db => await db.Set<Workspace>().AnyAsync(w => w.Id == workspace.Id, cancellationToken) ? new Known<bool>(true) : null,
        cancellationToken), ownerId);

    private static async Task<bool> TryAddAsync(UnitOfWork unit, Workspace workspace, Guid ownerId, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        if (await db.Set<Workspace>().AnyAsync(w => w.Slug == workspace.Slug, cancellationToken))
        {
            return false;
        }

        // With many writers somebody may take the slug after our look; then the unit looks again.
        db.Add(workspace);
        db.Add(new Membership(workspace.Id, ownerId, Role.Owner, workspace.CreatedAt));
        await db.SaveChangesAsync(cancellationToken);
        await unit.CommitAsync();
        return true;
    }

    public async Task<IReadOnlySet<string>> ListSlugsAsync(string prefix, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Workspace>().Where(w => w.Slug.StartsWith(prefix)).Select(w => w.Slug).ToHashSetAsync(cancellationToken);
    }

    public async Task<int> CountOwnedAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await (
            from m in db.Set<Membership>()
            join w in db.Set<Workspace>() on m.WorkspaceId equals w.Id
            where m.UserId == userId && m.Role == Role.Owner && w.DeletedAt == null
            select w.Id).CountAsync(cancellationToken);
    }

    public async Task<WorkspaceView?> FindAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await View(db, Joined(db, userId).Where(row => row.Workspace.Id == workspaceId && row.Role != null))
            .FirstOrDefaultAsync(cancellationToken))?.ToView();
    }

    public async Task<Guid?> FindIdAsync(string slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Workspace>().Where(w => w.Slug == slug && w.DeletedAt == null)
            .Select(w => (Guid?)w.Id).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<Workspace?> FindDeletedAsync(Guid workspaceId, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Workspace>().AsNoTracking().FirstOrDefaultAsync(
            w => w.Id == workspaceId && w.DeletedAt != null
                && db.Set<Membership>().Any(m => m.WorkspaceId == w.Id && m.UserId == ownerId && m.Role == Role.Owner),
            cancellationToken);
    }

    public async Task<Page<Workspace>> ListDeletedAsync(Guid ownerId, DateTime deletedAfter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows =
            from w in db.Set<Workspace>().AsNoTracking()
            join m in db.Set<Membership>() on w.Id equals m.WorkspaceId
            where m.UserId == ownerId && m.Role == Role.Owner && w.DeletedAt >= deletedAfter
            select w;
        if (page.Cursor is { } after)
        {
            rows = rows.Where(w => w.DeletedAt < after.At || (w.DeletedAt == after.At && w.Id.CompareTo(after.Id) < 0));
        }

        var found = await rows.OrderByDescending(w => w.DeletedAt).ThenByDescending(w => w.Id).Take(page.Limit + 1).ToListAsync(cancellationToken);
        var items = found.Take(page.Limit).ToList();
        return new Page<Workspace>(items, found.Count > page.Limit ? new Cursor(items[^1].DeletedAt!.Value, items[^1].Id).ToString() : null);
    }

    public async Task<Page<WorkspaceView>> ListMineAsync(Guid userId, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await PageAsync(db, Joined(db, userId).Where(row => row.Role != null), page, cancellationToken);
    }

    public async Task<Page<WorkspaceView>> ListPublicAsync(Guid userId, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await PageAsync(db, Joined(db, userId).Where(row => !row.Workspace.IsPrivate), page, cancellationToken);
    }

    public async Task<bool> TrySaveAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Update(workspace);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            changes.Raise(null); // it may be deleted, or back: everybody's access to it changes with it
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    private static IQueryable<Row> Joined(AppDbContext db, Guid userId) =>
        from w in db.Set<Workspace>().AsNoTracking()
        where w.DeletedAt == null
        join m in db.Set<Membership>().Where(m => m.UserId == userId) on w.Id equals m.WorkspaceId into mine
        from m in mine.DefaultIfEmpty()
        select new Row { Workspace = w, Role = (Role?)m.Role };

    private static IQueryable<FullRow> View(AppDbContext db, IQueryable<Row> rows) => rows.Select(row => new FullRow
    {
        Workspace = row.Workspace,
        Role = row.Role,
        OwnerId = db.Set<Membership>().Where(m => m.WorkspaceId == row.Workspace.Id && m.Role == Role.Owner)
            .OrderBy(m => m.JoinedAt).Select(m => m.UserId).FirstOrDefault(),
        Members = db.Set<Membership>().Count(m => m.WorkspaceId == row.Workspace.Id),
    });

    private static async Task<Page<WorkspaceView>> PageAsync(
        AppDbContext db, IQueryable<Row> rows, PageRequest page, CancellationToken cancellationToken)
    {
        if (page.Cursor is { } after)
        {
            rows = rows.Where(row => row.Workspace.CreatedAt < after.At
                || (row.Workspace.CreatedAt == after.At && row.Workspace.Id.CompareTo(after.Id) < 0));
        }

        var found = await View(db, rows.OrderByDescending(row => row.Workspace.CreatedAt).ThenByDescending(row => row.Workspace.Id)
            .Take(page.Limit + 1)).ToListAsync(cancellationToken);
        var items = found.Take(page.Limit).Select(row => row.ToView()).ToList();
        var next = found.Count > page.Limit ? new Cursor(items[^1].Workspace.CreatedAt, items[^1].Workspace.Id).ToString() : null;
        return new Page<WorkspaceView>(items, next);
    }

    private class Row
    {
        public required Workspace Workspace { get; init; }

        public Role? Role { get; init; }
    }

    private sealed class FullRow : Row
    {
        public Guid OwnerId { get; init; }

        public int Members { get; init; }

        public WorkspaceView ToView() => new(Workspace, Role, OwnerId, Members);
    }
}
