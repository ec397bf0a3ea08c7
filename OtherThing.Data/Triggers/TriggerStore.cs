using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Triggers;

namespace OtherThing.Data.Triggers;

internal sealed class TriggerStore(IDbContextFactory<AppDbContext> contexts) : ITriggerStore
{
    public async Task<IReadOnlyList<Trigger>> ListAsync(
        Guid workspaceId, IReadOnlyCollection<Guid> flowIds, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Trigger>().AsNoTracking()
            .Where(t => t.WorkspaceId == workspaceId && flowIds.Contains(t.FlowId))
            .OrderBy(t => t.CreatedAt).ThenBy(t => t.Id).ToListAsync(cancellationToken);
    }

    public async Task ReplaceAsync(Guid flowId, IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await ReplaceAsync(db, flowId, triggers, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The same in a context of the caller, who saves it.</summary>
    internal static async Task ReplaceAsync(AppDbContext db, Guid flowId, IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken)
    {
        var known = await db.Set<Trigger>().AsNoTracking().Where(t => t.FlowId == flowId).ToListAsync(cancellationToken);
        var kept = triggers.Select(trigger => trigger.Id).ToHashSet();
        db.RemoveRange(known.Where(trigger => !kept.Contains(trigger.Id)));
        foreach (var trigger in triggers)
        {
            db.Entry(trigger).State = known.Exists(row => row.Id == trigger.Id) ? EntityState.Modified : EntityState.Added;
        }
    }

    public async Task<bool> SwitchAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var (id, hash, plan, nextAt) = (trigger.Id, trigger.TokenHash, trigger.Plan, trigger.NextAt);
        return await db.Set<Trigger>().Where(t => t.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(t => t.TokenHash, hash).SetProperty(t => t.Plan, plan).SetProperty(t => t.NextAt, nextAt),
            cancellationToken) == 1;
    }

    public async Task<IReadOnlyList<PublishedTrigger>> FindDueAsync(DateTime utcNow, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await (
            from t in db.Set<Trigger>().AsNoTracking()
            join f in db.Set<Flow>() on t.FlowId equals f.Id
            where t.NextAt != null && t.NextAt <= utcNow
            orderby t.NextAt
            select new PublishedTrigger(t, f.Name, f.PublishedRevision, f.PublishedBy)).Take(limit).ToListAsync(cancellationToken);
    }

    public async Task<bool> AdvanceAsync(
        Guid triggerId, DateTime dueAt, DateTime? nextAt, TriggerFire? fire, string? note, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var (lastAt, runId, cut) = (fire?.At, fire?.RunId, TextCut.Words(note, 400));
        return await db.Set<Trigger>().Where(t => t.Id == triggerId && t.NextAt == dueAt).ExecuteUpdateAsync(
            set => set.SetProperty(t => t.NextAt, nextAt).SetProperty(t => t.LastAt, t => lastAt ?? t.LastAt)
                .SetProperty(t => t.LastRunId, runId).SetProperty(t => t.LastNote, cut),
            cancellationToken) == 1;
    }

    public async Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<Flow>().Where(f => f.WorkspaceId == workspaceId && f.PublishedBy == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.PublishedBy, toUserId), cancellationToken);
    }

    public async Task<PublishedTrigger?> FindByTokenAsync(string tokenHash, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await (
            from t in db.Set<Trigger>().AsNoTracking()
            join f in db.Set<Flow>() on t.FlowId equals f.Id
            where t.TokenHash == tokenHash
            select new PublishedTrigger(t, f.Name, f.PublishedRevision, f.PublishedBy)).FirstOrDefaultAsync(cancellationToken);
    }
}
