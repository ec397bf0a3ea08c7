using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Audit;
using OtherThing.Core.Jobs;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Usage;

namespace OtherThing.Data.Retention;

internal sealed class HoldingsStore(IDbContextFactory<AppDbContext> contexts) : IHoldingsStore
{
    public async Task<WorkspaceHoldings> CountAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return new WorkspaceHoldings(
            await db.Set<Run>().LongCountAsync(r => r.WorkspaceId == workspaceId, cancellationToken),
            await db.Set<Job>().LongCountAsync(j => j.WorkspaceId == workspaceId, cancellationToken),
            await db.Set<UsageEntry>().LongCountAsync(e => e.WorkspaceId == workspaceId, cancellationToken),
            await db.Set<TaskItem>().LongCountAsync(t => t.WorkspaceId == workspaceId, cancellationToken),
            await db.Set<AuditEntry>().LongCountAsync(e => e.WorkspaceId == workspaceId, cancellationToken),
            await db.Set<UsageEntry>().Where(e => e.WorkspaceId == workspaceId && e.Type == UsageType.Storage)
                .OrderByDescending(e => e.Timestamp).ThenByDescending(e => e.Id).Select(e => e.Bytes).FirstOrDefaultAsync(cancellationToken));
    }
}
