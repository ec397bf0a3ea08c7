using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Jobs;

internal sealed class JobStore(IDbContextFactory<AppDbContext> contexts) : IJobStore
{
    public async Task<bool[]> CommitAsync(IReadOnlyList<JobWrite> writes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.CheckLeaseAsync(transaction, cancellationToken);
        await using var commands = new JobCommands(db);
        var applied = new bool[writes.Count];
        for (var index = 0; index < writes.Count; index++)
        {
            applied[index] = await commands.RunAsync(writes[index], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return applied;
    }

    public async Task<Job?> FindAsync(Guid workspaceId, Guid jobId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Job>().AsNoTracking().FirstOrDefaultAsync(j => j.Id == jobId && j.WorkspaceId == workspaceId, cancellationToken);
    }

    public async Task<Job?> FindAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Job>().AsNoTracking().FirstOrDefaultAsync(j => j.Id == jobId, cancellationToken);
    }

    public async Task<Page<Job>> ListAsync(Guid workspaceId, JobStatus? status, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var jobs = db.Set<Job>().AsNoTracking().Where(j => j.WorkspaceId == workspaceId);
        if (status is { } wanted)
        {
            jobs = jobs.Where(j => j.Status == wanted);
        }

        if (page.Cursor is { } cursor)
        {
            jobs = jobs.Where(j => j.CreatedAt < cursor.At || (j.CreatedAt == cursor.At && j.Id.CompareTo(cursor.Id) < 0));
        }

        var rows = await jobs.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id).Take(page.Limit + 1).ToListAsync(cancellationToken);
        return rows.ToPage(page.Limit, last => new Cursor(last.CreatedAt, last.Id));
    }

    public async Task<IReadOnlyList<Job>> ListOnNodeAsync(
        Guid nodeId, IReadOnlyCollection<Guid>? workspaceIds, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var jobs = db.Set<Job>().AsNoTracking().Where(j => j.NodeId == nodeId);
        if (workspaceIds is not null)
        {
            jobs = jobs.Where(j => workspaceIds.Contains(j.WorkspaceId));
        }

        return await jobs.OrderByDescending(j => j.CreatedAt).Take(limit).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Job>> ListOpenAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Job>().AsNoTracking()
            .Where(j => j.Status == JobStatus.Queued || j.Status == JobStatus.Assigned || j.Status == JobStatus.Running)
            .OrderBy(j => j.CreatedAt).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<StoredLog>> ReadLogAsync(Guid attemptId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<JobLogRow>().AsNoTracking().Where(l => l.AttemptId == attemptId)
            .OrderBy(l => l.Source).ThenBy(l => l.Offset)
            .Select(l => new StoredLog(l.Source, l.Offset, l.Data, l.Dropped)).ToListAsync(cancellationToken);
    }

    public async Task<JobBatch?> FindBatchAsync(Guid workspaceId, Guid batchId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Set<JobBatch>().AsNoTracking().FirstOrDefaultAsync(b => b.Id == batchId && b.WorkspaceId == workspaceId, cancellationToken)
            is not { } batch)
        {
            return null;
        }

        var counts = await db.Set<Job>().Where(j => j.BatchId == batchId)
            .GroupBy(j => j.Status).Select(group => new { Status = group.Key, Count = group.Count() }).ToListAsync(cancellationToken);
        return batch with
        {
            Succeeded = counts.Where(c => c.Status == JobStatus.Succeeded).Sum(c => c.Count),
            Failed = counts.Where(c => c.Status.IsFinal() && c.Status != JobStatus.Succeeded).Sum(c => c.Count),
        };
    }
}
