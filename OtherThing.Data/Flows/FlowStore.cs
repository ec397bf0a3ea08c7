using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Results;
using OtherThing.Core.Triggers;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Conventions;
using OtherThing.Data.Triggers;

namespace OtherThing.Data.Flows;

internal sealed class FlowStore(IDbContextFactory<AppDbContext> contexts) : IFlowStore
{
    internal static readonly TimeOrder<Flow> Order = new(flow => flow.UpdatedAt, flow => flow.Id);

    // Once per started run.
    private static readonly Func<AppDbContext, Guid, Guid, Task<FlowHead?>> s_head = EF.CompileAsyncQuery(
        (AppDbContext db, Guid workspaceId, Guid flowId) => db.Set<Flow>()
            .Where(f => f.WorkspaceId == workspaceId && f.Id == flowId)
            .Select(f => new FlowHead(f.Id, f.Name, f.Revision, f.PublishedRevision, f.PublishedBy, db.Set<StepPin>().Any(p => p.FlowId == f.Id))
            {
                Settings = new FlowSettings(f.MaxConcurrentRuns, f.RunTimeoutSeconds, f.Paused),
                WorkspaceLimit = db.Set<Workspace>().Where(w => w.Id == f.WorkspaceId).Select(w => w.MaxConcurrentRuns).FirstOrDefault(),
            })
            .FirstOrDefault());

    public async Task AddAsync(Flow flow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(flow);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<Flow?> FindAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Flow>().AsNoTracking()
            .FirstOrDefaultAsync(f => f.WorkspaceId == workspaceId && f.Id == flowId, cancellationToken);
    }

    public async Task<FlowHead?> FindHeadAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await s_head(db, workspaceId, flowId);
    }

    public async Task<Page<FlowSummary>> ListAsync(Guid workspaceId, string? text, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (found, others) = Find(db, workspaceId, text);
        return await Order.PageAsync(
            found,
            others,
            page,
            static flows => flows.Select(f => new FlowSummary(
                f.Id, f.Name, f.Description, f.Revision, f.PublishedRevision, f.CreatedBy, f.CreatedAt, f.UpdatedAt,
                new FlowSettings(f.MaxConcurrentRuns, f.RunTimeoutSeconds, f.Paused))),
            static flow => new Cursor(flow.UpdatedAt, flow.Id),
            cancellationToken);
    }

    /// <summary>The flows of a workspace, which an index finds, and the words that are asked of each.</summary>
    internal static (IQueryable<Flow> Found, IReadOnlyList<Expression<Func<Flow, bool>>> Others) Find(AppDbContext db, Guid workspaceId, string? text) => (
        db.Set<Flow>().AsNoTracking().Where(f => f.WorkspaceId == workspaceId),
        string.IsNullOrEmpty(text) ? [] : [WordSearch.Holds<Flow>((text, f => f.Name), (text, f => f.Description))]);

    public Task<bool> TrySaveAsync(Flow flow, int expectedRevision, CancellationToken cancellationToken) => TryUpdateAsync(
        flow,
        expectedRevision,
        [nameof(Flow.Name), nameof(Flow.Description), nameof(Flow.Definition), nameof(Flow.RecentActs), nameof(Flow.Revision), nameof(Flow.UpdatedAt)],
        cancellationToken);

    public Task<bool> TryPublishAsync(Flow flow, FlowVersion version, IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken) =>
        UnitOfWork.RunAsync(
        contexts,
        unit => PublishAsync(unit, flow, version, triggers, cancellationToken),
        async db =>
            await db.Set<Flow>()
                .AnyAsync(f => f.Id == flow.Id && f.PublishedRevision == flow.PublishedRevision && f.UpdatedAt == flow.UpdatedAt, cancellationToken)
            ? new Known<bool>(true) : null,
        cancellationToken);

    private static async Task<bool> PublishAsync(
        UnitOfWork unit, Flow flow, FlowVersion version, IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        Change(db, flow, flow.Revision, [nameof(Flow.PublishedRevision), nameof(Flow.PublishedBy), nameof(Flow.UpdatedAt)]);
        if (await db.Set<FlowVersion>().FirstOrDefaultAsync(v => v.FlowId == version.FlowId && v.Number == version.Number, cancellationToken) is { } kept)
        {
            kept.MarkPublished(version.PublishedAt!.Value);
        }
        else
        {
            db.Add(version);
        }

        await TriggerStore.ReplaceAsync(db, flow.Id, triggers, cancellationToken);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return false; // not the draft that the caller had seen
        }

        await unit.CommitAsync();
        return true;
    }

    // Draft, publication and settings each have a way of their own, and others change them meanwhile: what was only read is not written back.
    private static void Change(AppDbContext db, Flow flow, int expectedRevision, string[] columns)
    {
        var entry = db.Attach(flow);
        entry.Property(f => f.Revision).OriginalValue = expectedRevision;
        foreach (var column in columns)
        {
            entry.Property(column).IsModified = true;
        }
    }

    private async Task<bool> TryUpdateAsync(Flow flow, int expectedRevision, string[] columns, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        Change(db, flow, expectedRevision, columns);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    public async Task<bool> ChangeSettingsAsync(Guid workspaceId, Guid flowId, FlowSettingsChange change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var flow = db.Set<Flow>().Where(f => f.WorkspaceId == workspaceId && f.Id == flowId);
        if (change.From is { } from)
        {
            flow = flow.Where(f => f.MaxConcurrentRuns == from.MaxConcurrentRuns && f.RunTimeoutSeconds == from.RunTimeoutSeconds && f.Paused == from.Paused);
        }

        return await flow.ExecuteUpdateAsync(
            update => update
                .SetProperty(f => f.MaxConcurrentRuns, f => change.MaxConcurrentRuns.IsSet ? change.MaxConcurrentRuns.Value : f.MaxConcurrentRuns)
                .SetProperty(f => f.RunTimeoutSeconds, f => change.RunTimeoutSeconds.IsSet ? change.RunTimeoutSeconds.Value : f.RunTimeoutSeconds)
                .SetProperty(f => f.Paused, f => change.Paused ?? f.Paused),
            cancellationToken) == 1;
    }

    public async Task<bool> DeleteAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        if (await db.Set<Flow>().Where(f => f.WorkspaceId == workspaceId && f.Id == flowId).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return false;
        }

        await db.Set<StepPin>().Where(p => p.FlowId == flowId).ExecuteDeleteAsync(cancellationToken);
        await db.Set<SavedTest>().Where(t => t.FlowId == flowId).ExecuteDeleteAsync(cancellationToken);
        return true;
    }

    public async Task KeepVersionAsync(FlowVersion version, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var kept = await db.Set<FlowVersion>()
            .FirstOrDefaultAsync(v => v.FlowId == version.FlowId && v.Number == version.Number, cancellationToken);
        if (kept is null)
        {
            db.Add(version);
        }
        else if (version.PublishedAt is { } at)
        {
            kept.MarkPublished(at);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (kept is null && DatabaseFaults.IsDuplicate(exception))
        {
            // Two runs of a fresh draft started at once: the other one kept the same version.
        }
    }

    public async Task<FlowVersion?> FindVersionAsync(Guid flowId, int number, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<FlowVersion>().AsNoTracking()
            .FirstOrDefaultAsync(v => v.FlowId == flowId && v.Number == number, cancellationToken);
    }

    public async Task<Page<FlowVersionSummary>> ListVersionsAsync(Guid workspaceId, Guid flowId, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var query = db.Set<FlowVersion>().AsNoTracking().Where(v => v.WorkspaceId == workspaceId && v.FlowId == flowId);
        if (page.Cursor is { } after)
        {
            // Versions are ordered by number, so the number stands where other lists have a time.
            query = query.Where(v => v.Number < after.At.Ticks);
        }

        var versions = await query
            .OrderByDescending(v => v.Number)
            .Select(v => new FlowVersionSummary(v.Number, v.CreatedBy, v.CreatedAt, v.PublishedAt))
            .Take(page.Limit + 1)
            .ToListAsync(cancellationToken);
        return versions.ToPage(page.Limit, v => new Cursor(new DateTime(v.Number, DateTimeKind.Utc), flowId));
    }
}
