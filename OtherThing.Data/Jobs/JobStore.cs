using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Jobs;

internal sealed class JobStore(IDbContextFactory<AppDbContext> contexts) : IJobStore
{
    internal static readonly TimeOrder<Job> Order = new(job => job.CreatedAt, job => job.Id);

    private JobCommands? _commands;

    // The group whose commit may have taken effect unheard; it comes again, and what it finds done was done by itself.
    private HashSet<JobWrite>? _doubtful;

    public async Task<bool[]> CommitAsync(IReadOnlyList<JobWrite> writes, CancellationToken cancellationToken)
    {
        UnitOfWork? begun = null;
        try
        {
            return await UnitOfWork.RunAsync(
                contexts,
                async unit =>
                {
                    begun = unit;
                    await unit.Db.CheckLeaseAsync(unit.Db.Database.CurrentTransaction!, cancellationToken);
                    var applied = await ApplyAsync(unit.Db, writes, cancellationToken);
                    await unit.CommitAsync();
                    _doubtful = null;
                    return applied;
                },
                lookUp: null,
                cancellationToken);
        }
        catch (Exception exception)
        {
            if (begun is { IsCommitting: true })
            {
                _doubtful = [.. writes];
            }

            throw DatabaseFaults.IsDuplicate(exception) ? DatabaseFaults.Refusal(exception) : DatabaseFaults.Told(exception);
        }
    }

    public Task PutAsideAsync(RefusedRow row, CancellationToken cancellationToken) => RefusedRows.PutAsideAsync(contexts, row, cancellationToken);

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
        return await Order.PageAsync(Find(db, workspaceId, status), [], page, cancellationToken);
    }

    internal static IQueryable<Job> Find(AppDbContext db, Guid workspaceId, JobStatus? status)
    {
        var jobs = db.Set<Job>().AsNoTracking().Where(j => j.WorkspaceId == workspaceId);
        return status is { } wanted ? jobs.Where(j => j.Status == wanted) : jobs;
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

    public async Task<IReadOnlyList<Job>> ListOpenAsync(JobShare share, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = db.Set<Job>().AsNoTracking()
            .Where(j => j.Status == JobStatus.Queued || j.Status == JobStatus.Assigned || j.Status == JobStatus.Running);
        if (share.NodeIds is { } nodeIds)
        {
            open = open.Where(j => j.NodeId == null || nodeIds.Contains(j.NodeId.Value));
        }

        if (!share.WithQueue)
        {
            open = open.Where(j => j.NodeId != null);
        }

        return await open.OrderBy(j => j.CreatedAt).ToListAsync(cancellationToken);
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

    private async Task<bool[]> ApplyAsync(AppDbContext db, IReadOnlyList<JobWrite> writes, CancellationToken cancellationToken)
    {
        var commands = _commands ??= new JobCommands(db);
        var applied = await commands.RunAsync(
            db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), writes, cancellationToken);
        for (var i = 0; i < applied.Length; i++)
        {
            if (!applied[i] && _doubtful?.Contains(writes[i]) == true)
            {
                applied[i] = await IsOursAsync(db, writes, writes[i], cancellationToken);
            }
        }

        return applied;
    }

    /// <summary>Whether the database has what this group put there when nobody heard of it: of a job the group's last word.</summary>
    private static async Task<bool> IsOursAsync(
        AppDbContext db, IReadOnlyList<JobWrite> writes, JobWrite write, CancellationToken cancellationToken)
    {
        if (JobOf(write) is not { } job)
        {
            return true; // what is only ever inserted is the same row
        }

        var last = writes.Select(JobOf).Last(other => other?.Id == job.Id)!;
        return await db.Set<Job>().AnyAsync(
            j => j.Id == last.Id && j.Revision == last.Revision && j.Fence == last.Fence && j.Status == last.Status
                && j.AttemptId == last.AttemptId && j.CreatedAt == last.CreatedAt && j.UserId == last.UserId,
            cancellationToken);
    }

    private static Job? JobOf(JobWrite write) => write switch { JobWrite.Insert insert => insert.Job, JobWrite.Update update => update.Job, _ => null };
}
