using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Flows;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Queue;
using OtherThing.Core.Workspaces;

namespace OtherThing.Data.Runs;

internal sealed class RunQueueStore(IDbContextFactory<AppDbContext> contexts) : IRunQueueStore
{
    public async Task<RunQueueState> ReadAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var queued = await db.Set<Run>().Where(r => r.WorkspaceId == workspaceId && r.Status == RunStatus.Queued)
            .GroupBy(r => r.FlowId).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(
                row => row.Key, row => row.Count, cancellationToken);
        if (queued.Count == 0)
        {
            return new RunQueueState(null, 0, []);
        }

        // The two states that are neither queued nor ended, by name: an index has them, beside which the workspace's history is not looked at.
        var begun = await db.Set<Run>()
            .Where(r => (r.Status == RunStatus.Running || r.Status == RunStatus.Waiting) && r.WorkspaceId == workspaceId && r.ParentRunId == null)
            .GroupBy(r => r.FlowId).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(
                row => row.Key, row => row.Count, cancellationToken);
        var ids = queued.Keys.ToArray();
        var flows = await db.Set<Flow>().Where(f => ids.Contains(f.Id))
            .Select(f => new { f.Id, f.MaxConcurrentRuns, f.Paused }).ToDictionaryAsync(f => f.Id, cancellationToken);
        var limit = await db.Set<Workspace>().Where(w => w.Id == workspaceId).Select(w => w.MaxConcurrentRuns).FirstOrDefaultAsync(cancellationToken);
        return new RunQueueState(limit, begun.Values.Sum(), [.. queued.Select(pair => new FlowWaiting(
            pair.Key, pair.Value, begun.GetValueOrDefault(pair.Key), flows.GetValueOrDefault(pair.Key)?.MaxConcurrentRuns,
            flows.GetValueOrDefault(pair.Key)?.Paused == true))]);
    }

    public async Task<IReadOnlyList<Guid>> OldestAsync(Guid workspaceId, Guid flowId, int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().Where(r => r.WorkspaceId == workspaceId && r.FlowId == flowId && r.Status == RunStatus.Queued)
            .OrderBy(r => r.CreatedAt).ThenBy(r => r.Id).Select(r => r.Id).Take(count).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> WorkspacesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().Where(r => r.Status == RunStatus.Queued).Select(r => r.WorkspaceId).Distinct().ToListAsync(cancellationToken);
    }
}
