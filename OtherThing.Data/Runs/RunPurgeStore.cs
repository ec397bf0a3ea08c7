using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Approvals;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Jobs;
using OtherThing.Data.Retention;

namespace OtherThing.Data.Runs;

internal sealed class RunPurgeStore(IDbContextFactory<AppDbContext> contexts, PieceWork pieces) : IRunPurgeStore
{
    /// <summary>Runs that are read at once, outside the write lane; their pages are in memory then when they are deleted.</summary>
    internal const int ReadAtOnce = 200;

    /// <summary>Runs that go with one statement.</summary>
    private const int Together = 25;

    public async Task<IReadOnlyList<(Guid WorkspaceId, RunRetention Retention)>> ListRetentionsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<Workspace>().Select(w => new { w.Id, w.RetentionDays, w.RetentionRuns }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (row.Id, new RunRetention(row.RetentionDays, row.RetentionRuns)))];
    }

    public async Task<Cursor?> FindBoundaryAsync(Guid workspaceId, int keep, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var all = db.Set<Run>().Where(r => r.WorkspaceId == workspaceId);
        var live = all.Where(r => r.Status == RunStatus.Queued || r.Status == RunStatus.Running || r.Status == RunStatus.Waiting);
        // From the newest on past as many runs as are kept; those among them that have not ended do not count, so past as many again.
        var (place, toGo) = ((Cursor?)null, keep + 1);
        while (toGo > 0)
        {
            if (await RunStore.Order.Nth(all, place, toGo).FirstOrDefaultAsync(cancellationToken) is not { } next)
            {
                return null;
            }

            (toGo, place) = (await RunStore.Order.After(live, place, next).CountAsync(cancellationToken), next);
        }

        return place;
    }

    public async Task<(IReadOnlyList<ExpiredRun> Runs, Cursor? Next)> FindExpiredAsync(
        Guid workspaceId, ExpiryBounds? bounds, Cursor? after, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await Expired(db, workspaceId, bounds, after).Take(ReadAtOnce)
            .Select(r => new
            {
                r.CreatedAt,
                r.Id,
                Entries = db.Set<RunJournalEntry>().Count(e => e.RunId == r.Id),
                Bytes = db.Set<RunJournalEntry>().Where(e => e.RunId == r.Id).Sum(e => (long)e.Steps.Length),
                HasBlobs = db.Set<RunBlob>().Any(b => b.RunId == r.Id),
                HasJobs = db.Set<Job>().Any(j => j.RunId == r.Id),
                HasOthers = db.Set<Approval>().Any(a => a.RunId == r.Id) || db.Set<RefusedRow>().Any(row => row.SubjectId == r.Id),
            }).ToListAsync(cancellationToken);
        var next = found.Count < ReadAtOnce ? null : new Cursor(found[^1].CreatedAt, found[^1].Id);
        Guid[] withBlobs = [.. found.Where(run => run.HasBlobs).Select(run => run.Id)];
        var blobs = withBlobs.Length == 0 ? null
            : (await db.Set<RunBlob>().Where(b => withBlobs.Contains(b.RunId)).Select(b => new { b.RunId, b.Hash }).ToListAsync(cancellationToken))
            .ToLookup(blob => blob.RunId, blob => blob.Hash);
        Guid[] withJobs = [.. found.Where(run => run.HasJobs).Select(run => run.Id)];
        var jobs = withJobs.Length == 0 ? null : await JobPurgeStore.OfRunsAsync(db, withJobs, cancellationToken);

        var expired = new List<ExpiredRun>(found.Count);
        // A job that is still being stopped writes its end and its log yet: its run goes the next time.
        foreach (var run in found.Where(run => bounds is null || jobs is null || jobs[run.Id].All(job => job.HasEnded)))
        {
            ExpiredJob[] own = jobs is null ? [] : [.. jobs[run.Id].Select(job => job.Job)];
            expired.Add(new ExpiredRun(
                run.Id, run.Entries, run.Bytes + own.Sum(job => job.LogBytes), blobs is null ? [] : [.. blobs[run.Id]], own, run.HasOthers));
        }

        return (expired, next);
    }

    public Task<Piece> ShortenAsync(ExpiredRun run, CancellationToken cancellationToken)
    {
        var most = Math.Clamp((int)(ExpiredRun.MostBytes * Math.Max(1, run.Entries) / Math.Max(1, run.Bytes)), 1, ExpiredRun.MostEntries);
        return pieces.DeleteSomeAsync("RunJournal", "\"RunId\" = {0}", most, [run.Id], cancellationToken);
    }

    public Task<Piece> DeleteAsync(IReadOnlyList<ExpiredRun> runs, CancellationToken cancellationToken) => pieces.RunAsync(
        runs,
        Together,
        async (db, some) =>
        {
            Guid[] ids = [.. some.Select(run => run.Id)];
            if (some.Any(run => run.Others))
            {
                await Rows.DeleteAsync<Approval>(db, nameof(Approval.RunId), ids, cancellationToken);
                await Rows.DeleteAsync<RefusedRow>(db, nameof(RefusedRow.SubjectId), ids, cancellationToken);
            }

            if (some.Any(run => run.Blobs.Count > 0))
            {
                await Rows.DeleteAsync<RunBlob>(db, nameof(RunBlob.RunId), ids, cancellationToken);
            }

            foreach (var jobs in some.SelectMany(run => run.Jobs).Chunk(Together))
            {
                await JobPurgeStore.DeleteAsync(db, jobs, cancellationToken);
            }

            await Rows.DeleteAsync<RunJournalEntry>(db, nameof(RunJournalEntry.RunId), ids, cancellationToken);
            await Rows.DeleteAsync<Run>(db, nameof(Run.Id), ids, cancellationToken);
        },
        cancellationToken);

    public async Task<IReadOnlySet<string>> FindUsedAsync(Guid workspaceId, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await db.Set<RunBlob>().Where(b => b.WorkspaceId == workspaceId && hashes.Contains(b.Hash))
            .Select(b => b.Hash).Distinct().ToListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A run that has ended never lives again, so what is found here may be deleted later.</summary>
    internal static IQueryable<Run> Expired(AppDbContext db, Guid workspaceId, ExpiryBounds? bounds, Cursor? after)
    {
        var runs = db.Set<Run>().Where(r => r.WorkspaceId == workspaceId);
        if (after is not null)
        {
            runs = runs.Where(r => r.CreatedAt >= after.At && (r.CreatedAt > after.At || r.Id.CompareTo(after.Id) > 0));
        }

        if (bounds is not null)
        {
            var (latest, endedBefore) = (bounds.Latest, bounds.EndedBefore);
            runs = runs.Where(r => r.WakeAt == null && r.CreatedAt <= latest);
            runs = bounds.UpTo is { } upTo
                ? runs.Where(r => r.FinishedAt < endedBefore || r.CreatedAt < upTo.At || (r.CreatedAt == upTo.At && r.Id.CompareTo(upTo.Id) <= 0))
                : runs.Where(r => r.FinishedAt < endedBefore);
        }

        return runs.OrderBy(r => r.CreatedAt).ThenBy(r => r.Id);
    }
}
