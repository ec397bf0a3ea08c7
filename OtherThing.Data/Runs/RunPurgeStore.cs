using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Approvals;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Jobs;
using OtherThing.Data.Retention;

namespace OtherThing.Data.Runs;

internal sealed class RunPurgeStore(IDbContextFactory<AppDbContext> contexts, PieceWork pieces) : IRunPurgeStore
{
    /// <summary>Runs that are read at once, outside the write lane; their pages are in memory then when they are deleted.</summary>
    internal const int ReadAtOnce = 200;

    /// <summary>Runs that go with one statement.</summary>
    private const int Together = 20;

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
            .Select(r => new { r.CreatedAt, r.Id }).ToListAsync(cancellationToken);
        Guid[] ids = [.. found.Select(run => run.Id)];
        var next = found.Count < ReadAtOnce ? null : new Cursor(found[^1].CreatedAt, found[^1].Id);
        if (ids.Length == 0)
        {
            return ([], next);
        }

        var entries = await db.Set<RunJournalEntry>().Where(e => ids.Contains(e.RunId)).GroupBy(e => e.RunId)
            .Select(group => new { group.Key, Count = group.Count(), Bytes = group.Sum(e => (long)e.Steps.Length) })
            .ToDictionaryAsync(row => row.Key, cancellationToken);
        var blobs = (await db.Set<RunBlob>().Where(b => ids.Contains(b.RunId)).Select(b => new { b.RunId, b.Hash }).ToListAsync(cancellationToken))
            .ToLookup(blob => blob.RunId, blob => blob.Hash);
        var jobs = await JobPurgeStore.OfRunsAsync(db, ids, cancellationToken);
        var others = await db.Set<Approval>().Where(a => ids.Contains(a.RunId)).Select(a => a.RunId)
            .Concat(db.Set<RefusedRow>().Where(r => ids.Contains(r.SubjectId)).Select(r => r.SubjectId)).ToHashSetAsync(cancellationToken);

        var expired = new List<ExpiredRun>(ids.Length);
        // A job that is still being stopped writes its end and its log yet: its run goes the next time.
        foreach (var id in ids.Where(id => bounds is null || jobs[id].All(job => job.HasEnded)))
        {
            ExpiredJob[] own = [.. jobs[id].Select(job => job.Job)];
            var journal = entries.GetValueOrDefault(id);
            expired.Add(new ExpiredRun(
                id, journal?.Count ?? 0, (journal?.Bytes ?? 0) + own.Sum(job => job.LogBytes), [.. blobs[id]], own, others.Contains(id)));
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
