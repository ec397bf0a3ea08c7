using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Runs;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Runs;

internal sealed class RunHolderStore(IDbContextFactory<AppDbContext> contexts) : IRunHolderStore
{
    public async Task<IReadOnlyList<HeldRun>> FindWithoutRoleAsync(
        IReadOnlyCollection<Role> roles, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().Where(r => r.WakeAt != null)
            .Where(r => !db.Set<Membership>().Any(m => m.WorkspaceId == r.WorkspaceId && m.UserId == r.StartedBy && roles.Contains(m.Role)
                && db.Set<Workspace>().Any(w => w.Id == m.WorkspaceId && w.DeletedAt == null)))
            .OrderBy(r => r.WakeAt).Select(r => new HeldRun(r.Id, r.WorkspaceId, r.StartedBy)).Take(limit).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var open = db.Set<Run>().Where(r => r.WorkspaceId == workspaceId && r.StartedBy == userId && r.WakeAt != null);
        var runs = await open.Select(r => r.Id).ToListAsync(cancellationToken);
        await open.ExecuteUpdateAsync(set => set.SetProperty(r => r.StartedBy, toUserId), cancellationToken);
        return runs;
    }
}
