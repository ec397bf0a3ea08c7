using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Runs;

internal sealed class RunPurgeStore(IDbContextFactory<AppDbContext> contexts) : IRunPurgeStore
{
    private static readonly RunStatus[] s_ended = [RunStatus.Succeeded, RunStatus.Failed, RunStatus.Cancelled];

    public async Task<IReadOnlyList<(Guid WorkspaceId, RunRetention Retention)>> ListRetentionsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<Workspace>().Select(w => new { w.Id, w.RetentionDays, w.RetentionRuns }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (row.Id, new RunRetention(row.RetentionDays, row.RetentionRuns)))];
    }

    public async Task<IReadOnlyList<Guid>> FindExpiredAsync(
        Guid workspaceId, DateTime endedBefore, int keep, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var ended = db.Set<Run>().Where(r => r.WorkspaceId == workspaceId && r.WakeAt == null && s_ended.Contains(r.Status));
        var old = await ended.Where(r => r.CreatedAt < endedBefore && r.FinishedAt < endedBefore) // the first for the index
            .OrderBy(r => r.CreatedAt).Select(r => r.Id).Take(limit).ToListAsync(cancellationToken);
        return old.Count > 0
            ? old
            : await ended.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id)
                .Skip(keep).Select(r => r.Id).Take(limit).ToListAsync(cancellationToken);
    }

    public Task<int> DeleteAsync(Guid workspaceId, IReadOnlyList<Guid> runIds, CancellationToken cancellationToken) =>
        UnitOfWork.RunAsync(contexts, unit => DeleteAsync(unit, workspaceId, runIds, cancellationToken), UnitOfWork.OnceMore<int>, cancellationToken);

    private static async Task<int> DeleteAsync(UnitOfWork unit, Guid workspaceId, IReadOnlyList<Guid> runIds, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        // Found by its key alone: beside any other condition SQLite would look through all runs of the workspace, while everybody waits to write.
        var found = await db.Set<Run>().Where(r => runIds.Contains(r.Id)).Select(r => new { r.Id, r.WorkspaceId, r.WakeAt, r.Status }).ToListAsync(cancellationToken);
        // A run that has ended never lives again, so what was found as ended still is; the condition keeps a wrong caller from harm.
        Guid[] ended = [.. found.Where(r => r.WorkspaceId == workspaceId && r.WakeAt is null && s_ended.Contains(r.Status)).Select(r => r.Id)];
        await db.Set<RunJournalEntry>().Where(e => ended.Contains(e.RunId)).ExecuteDeleteAsync(cancellationToken);
        await db.Set<RunBlob>().Where(b => ended.Contains(b.RunId)).ExecuteDeleteAsync(cancellationToken);
        await db.Set<RefusedRow>().Where(row => ended.Contains(row.SubjectId)).ExecuteDeleteAsync(cancellationToken);
        var deleted = await db.Set<Run>().Where(r => ended.Contains(r.Id)).ExecuteDeleteAsync(cancellationToken);
        await unit.CommitAsync();
        return deleted;
    }

    public Task<int> DeleteRefusedAsync(DateTime putAsideBefore, CancellationToken cancellationToken) => UnitOfWork.RunAsync(
        contexts,
        async unit =>
        {
            var deleted = await unit.Db.Set<RefusedRow>().Where(row => row.At < putAsideBefore).ExecuteDeleteAsync(cancellationToken);
            await unit.CommitAsync();
            return deleted;
        },
        UnitOfWork.OnceMore<int>,
        cancellationToken);

    public async Task<IReadOnlySet<string>> FindUsedAsync(Guid workspaceId, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await db.Set<RunBlob>().Where(b => b.WorkspaceId == workspaceId && hashes.Contains(b.Hash))
            .Select(b => b.Hash).Distinct().ToListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
    }
}
