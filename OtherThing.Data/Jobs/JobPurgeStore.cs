using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Data.Retention;

namespace OtherThing.Data.Jobs;

internal sealed class JobPurgeStore(IDbContextFactory<AppDbContext> contexts, PieceWork pieces) : IJobPurgeStore
{
    private const int ReadAtOnce = 200;

    /// <summary>Jobs that go with one statement.</summary>
    private const int Together = 20;

    /// <summary>Rows of a log, of 64 KiB at most, that go with one statement.</summary>
    private const int LogRowsTogether = 16;

    public async Task<Cursor?> FindBoundaryAsync(Guid workspaceId, int keep, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var all = db.Set<Job>().Where(j => j.WorkspaceId == workspaceId && j.RunId == null);
        var live = db.Set<Job>().Where(j => j.WorkspaceId == workspaceId && j.RunId == null
            && (j.Status == JobStatus.Queued || j.Status == JobStatus.Assigned || j.Status == JobStatus.Running));
        // As with runs: what has not ended does not count.
        var (place, toGo) = ((Cursor?)null, keep + 1);
        while (toGo > 0)
        {
            if (await JobStore.Order.Nth(all, place, toGo).FirstOrDefaultAsync(cancellationToken) is not { } next)
            {
                return null;
            }

            (toGo, place) = (await JobStore.Order.After(live, place, next).CountAsync(cancellationToken), next);
        }

        return place;
    }

    public async Task<(IReadOnlyList<ExpiredJob> Jobs, Cursor? Next)> FindExpiredAsync(
        Guid workspaceId, ExpiryBounds? bounds, Cursor? after, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await Expired(db, workspaceId, bounds, after).AsNoTracking().Take(ReadAtOnce).ToListAsync(cancellationToken);
        var next = found.Count < ReadAtOnce ? null : new Cursor(found[^1].CreatedAt, found[^1].Id);
        return (await WithLogsAsync(db, found, cancellationToken), next);
    }

    public Task<Piece> ShortenAsync(ExpiredJob job, CancellationToken cancellationToken) => pieces.DeleteSomeAsync(
        "JobLogs", $"\"AttemptId\" IN ({Rows.List(job.Attempts.Count)})", LogRowsTogether, [.. job.Attempts.Cast<object>()], cancellationToken);

    public Task<Piece> DeleteAsync(IReadOnlyList<ExpiredJob> jobs, CancellationToken cancellationToken) =>
        pieces.RunAsync(jobs, Together, (db, some) => DeleteAsync(db, some, cancellationToken), cancellationToken);

    /// <summary>The jobs of some runs, and whether each has ended.</summary>
    internal static async Task<ILookup<Guid, (ExpiredJob Job, bool HasEnded)>> OfRunsAsync(AppDbContext db, Guid[] runs, CancellationToken cancellationToken)
    {
        var found = await db.Set<Job>().AsNoTracking().Where(j => runs.Contains(j.RunId!.Value)).ToListAsync(cancellationToken);
        var expired = await WithLogsAsync(db, found, cancellationToken);
        return found.Zip(expired).ToLookup(pair => pair.First.RunId!.Value, pair => (pair.Second, pair.First.Status.IsFinal()));
    }

    /// <summary>Deletes jobs in the caller's transaction; a batch goes with the last of its jobs.</summary>
    internal static async Task DeleteAsync(AppDbContext db, IReadOnlyList<ExpiredJob> jobs, CancellationToken cancellationToken)
    {
        foreach (var attempts in jobs.SelectMany(job => job.Attempts).Chunk(100))
        {
            await Rows.DeleteAsync<JobLogRow>(db, nameof(JobLogRow.AttemptId), attempts, cancellationToken);
            await Rows.DeleteAsync<LateResult>(db, nameof(LateResult.AttemptId), attempts, cancellationToken);
        }

        await Rows.DeleteAsync<Job>(db, nameof(Job.Id), [.. jobs.Select(job => job.Id)], cancellationToken);
        Guid[] batches = [.. jobs.Select(job => job.BatchId).OfType<Guid>().Distinct()];
        if (batches.Length > 0)
        {
            await db.Set<JobBatch>().Where(b => batches.Contains(b.Id) && !db.Set<Job>().Any(j => j.BatchId == b.Id)).ExecuteDeleteAsync(cancellationToken);
        }
    }

    internal static IQueryable<Job> Expired(AppDbContext db, Guid workspaceId, ExpiryBounds? bounds, Cursor? after)
    {
        var jobs = db.Set<Job>().Where(j => j.WorkspaceId == workspaceId);
        if (after is not null)
        {
            jobs = jobs.Where(j => j.CreatedAt >= after.At && (j.CreatedAt > after.At || j.Id.CompareTo(after.Id) > 0));
        }

        if (bounds is not null)
        {
            var (latest, endedBefore) = (bounds.Latest, bounds.EndedBefore);
            jobs = jobs.Where(j => j.RunId == null && j.FinishedAt != null && j.CreatedAt <= latest);
            jobs = bounds.UpTo is { } upTo
                ? jobs.Where(j => j.FinishedAt < endedBefore || j.CreatedAt < upTo.At || (j.CreatedAt == upTo.At && j.Id.CompareTo(upTo.Id) <= 0))
                : jobs.Where(j => j.FinishedAt < endedBefore);
        }

        return jobs.OrderBy(j => j.CreatedAt).ThenBy(j => j.Id);
    }

    private static async Task<ExpiredJob[]> WithLogsAsync(AppDbContext db, List<Job> jobs, CancellationToken cancellationToken)
    {
        var bytes = new Dictionary<Guid, long>();
        foreach (var attempts in jobs.SelectMany(job => job.Attempts().Select(attempt => attempt.Id)).Chunk(200))
        {
            foreach (var sum in await db.Set<JobLogRow>().Where(l => attempts.Contains(l.AttemptId)).GroupBy(l => l.AttemptId)
                .Select(group => new { group.Key, Bytes = group.Sum(l => (long)l.Data.Length) }).ToListAsync(cancellationToken))
            {
                bytes[sum.Key] = sum.Bytes;
            }
        }

        return [.. jobs.Select(job =>
        {
            Guid[] attempts = [.. job.Attempts().Select(attempt => attempt.Id)];
            return new ExpiredJob(job.Id, job.BatchId, attempts, attempts.Sum(attempt => bytes.GetValueOrDefault(attempt)));
        })];
    }
}
