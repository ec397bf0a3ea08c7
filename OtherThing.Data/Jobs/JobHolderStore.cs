using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Jobs;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Jobs;

internal sealed class JobHolderStore(IDbContextFactory<AppDbContext> contexts) : IJobHolderStore
{
    public async Task<IReadOnlyList<HeldJob>> FindWithoutRoleAsync(
        IReadOnlyCollection<Role> roles, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Open(db).Where(j => j.RunId == null && j.CancelRequestedAt == null)
            .Where(j => !db.Set<Membership>().Any(m => m.WorkspaceId == j.WorkspaceId && m.UserId == j.UserId && roles.Contains(m.Role)
                && db.Set<Workspace>().Any(w => w.Id == m.WorkspaceId && w.DeletedAt == null)))
            .OrderBy(j => j.CreatedAt).Select(j => new HeldJob(j.Id, j.WorkspaceId, j.UserId)).Take(limit).ToListAsync(cancellationToken);
    }

    public async Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await Open(db).Where(j => j.WorkspaceId == workspaceId && j.UserId == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.UserId, toUserId), cancellationToken);
    }

    private static IQueryable<Job> Open(AppDbContext db) => db.Set<Job>()
        .Where(j => j.Status == JobStatus.Queued || j.Status == JobStatus.Assigned || j.Status == JobStatus.Running);
}
