using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Values;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Runs;

internal sealed class RunStore(IDbContextFactory<AppDbContext> contexts, RunValues values) : IRunStore
{
    internal static readonly TimeOrder<Run> Order = new(run => run.CreatedAt, run => run.Id);

    // Once per flow of a list: each reads a few entries of the index of a flow's runs, however many it has.
    private static readonly Func<AppDbContext, Guid, Guid, IAsyncEnumerable<RecentRun>> s_recent = EF.CompileAsyncQuery(
        (AppDbContext db, Guid workspaceId, Guid flowId) => db.Set<Run>().Where(r => r.FlowId == flowId && r.WorkspaceId == workspaceId)
            .OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id).Take(FlowRunRecord.Looked)
            .Select(r => new RecentRun(r.Id, r.Status, r.Paused, r.CreatedAt)));

    public async Task<Run?> FindAsync(Guid workspaceId, Guid runId, CancellationToken cancellationToken) =>
        await WholeAsync(await FindBriefAsync(workspaceId, runId, cancellationToken), cancellationToken);

    public async Task<Run?> FindBriefAsync(Guid workspaceId, Guid runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().AsNoTracking().FirstOrDefaultAsync(r => r.WorkspaceId == workspaceId && r.Id == runId, cancellationToken);
    }

    public async Task<bool> HasBlobAsync(Guid workspaceId, Guid runId, string hash, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<RunBlob>().AnyAsync(b => b.RunId == runId && b.Hash == hash && b.WorkspaceId == workspaceId, cancellationToken);
    }

    public async Task<Run?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await WholeAsync(await db.Set<Run>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId, cancellationToken), cancellationToken);
    }

    public async Task<Run?> TakeOwnershipAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.Set<Run>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId, cancellationToken);
        if (run is null || run.Status.IsFinal())
        {
            return null;
        }

        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var taken = await db.Set<Run>()
            .Where(r => r.Id == runId && r.Fence == run.Fence && r.WakeAt != null)
            .ExecuteUpdateAsync(update => update.SetProperty(r => r.Fence, run.Fence + 1), cancellationToken);
        return taken == 1 ? await WholeAsync(run with { Fence = run.Fence + 1 }, cancellationToken) : null;
    }

    public async Task<Page<Run>> ListAsync(Guid workspaceId, RunFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (found, others) = Find(db, workspaceId, filter);
        return await Order.PageAsync(found, others, page, cancellationToken);
    }

    /// <summary>What an index finds, and what is asked of those rows besides.</summary>
    internal static (IQueryable<Run> Found, IReadOnlyList<Expression<Func<Run, bool>>> Others) Find(AppDbContext db, Guid workspaceId, RunFilter filter)
    {
        var found = db.Set<Run>().AsNoTracking().Where(r => r.WorkspaceId == workspaceId);
        found = filter.From is { } from ? found.Where(r => r.CreatedAt >= from) : found;
        found = filter.To is { } to ? found.Where(r => r.CreatedAt < to) : found;
        // Of several conditions that have an index of their own the one that leaves least is the one found by; the rest is asked of its rows.
        switch (filter)
        {
            case { FlowId: { } flowId, Status: { } status } when status.IsFinal():
                return (found.Where(r => r.FlowId == flowId && r.Status == status && r.WakeAt == null), Others(filter)); // the index is of those that ended
            case { FlowId: { } flowId, Status: { } status }:
                return (found.Where(r => r.Status == status), [r => r.FlowId == flowId, .. Others(filter)]); // of those that are at work there are few
            case { FlowId: { } flowId }:
                return (found.Where(r => r.FlowId == flowId), Others(filter));
            case { Status: { } status }:
                return (found.Where(r => r.Status == status), Others(filter));
            case { StartedBy: { } person }:
                return (found.Where(r => r.StartedBy == person), Others(filter with { StartedBy = null }));
            case { Trigger: { } trigger }:
                return (found.Where(r => r.Trigger == trigger), Others(filter with { Trigger = null }));
            default:
                return (found, Others(filter));
        }
    }

    private static List<Expression<Func<Run, bool>>> Others(RunFilter filter)
    {
        var others = new List<Expression<Func<Run, bool>>>();
        if (filter.Trigger is { } trigger)
        {
            others.Add(r => r.Trigger == trigger);
        }

        if (filter.StartedBy is { } person)
        {
            others.Add(r => r.StartedBy == person);
        }

        if (filter.Text is { Length: > 0 } text)
        {
            var written = JsonSerializer.Serialize(text, Json.Options)[1..^1]; // an error is kept as JSON, whose names are no words of it
            others.Add(WordSearch.Holds<Run>(
                (text, r => r.FlowName), (written, r => r.Error!.Replace("\"code\":", "").Replace("\"message\":", "").Replace("\"path\":", ""))));
        }

        return others;
    }

    public async Task<IReadOnlyList<FlowRunRecord>> ListRecordsAsync(Guid workspaceId, IReadOnlyCollection<Guid> flowIds, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var records = new List<FlowRunRecord>(flowIds.Count);
        foreach (var flowId in flowIds)
        {
            var runs = await s_recent(db, workspaceId, flowId).ToListAsync(cancellationToken);
            if (runs is [var last, ..])
            {
                records.Add(new FlowRunRecord(
                    flowId, last.Id, last.Status, last.Paused, last.CreatedAt,
                    runs.Count(run => run.Status is RunStatus.Succeeded or RunStatus.Failed), runs.Count(run => run.Status == RunStatus.Succeeded)));
            }
        }

        return records;
    }

    public async Task<RunsKept> CountKeptAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = db.Set<Run>().Where(r => r.WorkspaceId == workspaceId);
        return new RunsKept(
            await runs.CountAsync(cancellationToken),
            await runs.OrderBy(r => r.CreatedAt).Select(r => (DateTime?)r.CreatedAt).FirstOrDefaultAsync(cancellationToken));
    }

    public async Task<IReadOnlyList<RunJournalEntry>> ReadJournalAsync(
        Guid runId, int afterSequence, CancellationToken cancellationToken, long mostBytes = long.MaxValue)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var entries = await db.Set<RunJournalEntry>().AsNoTracking()
            .Where(e => e.RunId == runId && e.Sequence > afterSequence)
            .OrderBy(e => e.Sequence).ToListAsync(cancellationToken);
        if (mostBytes == 0 || !entries.Exists(RunValues.MayHoldBlobs))
        {
            return entries;
        }

        var workspaceId = await db.Set<Run>().Where(r => r.Id == runId).Select(r => r.WorkspaceId).FirstOrDefaultAsync(cancellationToken);
        return await values.FillAsync(workspaceId, entries, mostBytes, cancellationToken);
    }

    public async Task<int> CountLiveAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // Only what has not ended has a time to be looked at, and that is an index: what all workspaces have at work is little beside what one
        // has behind it. To ask for the workspace first would go through all of its history.
        return await db.Set<Run>().Where(r => r.WakeAt > DateTime.MinValue).SumAsync(r => r.WorkspaceId == workspaceId ? 1 : 0, cancellationToken);
    }

    public async Task<int> CountCalledAsync(Guid rootRunId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().CountAsync(r => r.RootRunId == rootRunId, cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> FindDueAsync(DateTime utcNow, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().Where(r => r.WakeAt != null && r.WakeAt <= utcNow)
            .OrderBy(r => r.WakeAt).Select(r => r.Id).Take(limit).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> FindWaitingAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var waiting = db.Set<Run>().Where(r => r.WakeAt != null && r.Status == RunStatus.Waiting);
        if (before is { } last)
        {
            waiting = waiting.Where(r => r.Id.CompareTo(last) < 0);
        }

        return await waiting.OrderByDescending(r => r.Id).Select(r => r.Id).Take(limit).ToListAsync(cancellationToken);
    }

    private sealed record RecentRun(Guid Id, RunStatus Status, bool Paused, DateTime CreatedAt);

    private async Task<Run?> WholeAsync(Run? run, CancellationToken cancellationToken) => run is null ? null : run with
    {
        Input = await values.FillAsync(run.WorkspaceId, run.Input, cancellationToken),
        Output = run.Output is { } output ? await values.FillAsync(run.WorkspaceId, output, cancellationToken) : null,
    };
}
