using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Approvals;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Approvals;

internal sealed class ApprovalStore(IDbContextFactory<AppDbContext> contexts) : IApprovalStore
{
    internal static readonly TimeOrder<Approval> Order = new(approval => approval.CreatedAt, approval => approval.Id);

    public async Task<Approval?> FindAsync(Guid workspaceId, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Approval>().AsNoTracking()
            .FirstOrDefaultAsync(a => a.WorkspaceId == workspaceId && (a.Id == id || a.TaskId == id), cancellationToken);
    }

    public async Task<Page<Approval>> ListAsync(
        Guid workspaceId, ApprovalFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (found, others) = Find(db, workspaceId, filter);
        return await Order.PageAsync(found, others, page, cancellationToken);
    }

    /// <summary>What an index finds, and what is asked of those rows besides.</summary>
    internal static (IQueryable<Approval> Found, IReadOnlyList<Expression<Func<Approval, bool>>> Others) Find(
        AppDbContext db, Guid workspaceId, ApprovalFilter filter)
    {
        var found = db.Set<Approval>().AsNoTracking().Where(a => a.WorkspaceId == workspaceId);
        var conditions = new List<Expression<Func<Approval, bool>>>();
        if (filter.RunId is { } runId)
        {
            conditions.Add(a => a.RunId == runId);
        }

        if (filter.TaskId is { } taskId)
        {
            conditions.Add(a => a.TaskId == taskId);
        }

        if (filter.Open is { } open)
        {
            conditions.Add(open ? a => a.State == ApprovalState.Open : a => a.State != ApprovalState.Open);
        }

        // Nearly all have been decided: to leave out those that are open is no narrower than the list.
        if (conditions.Count > 0 && (conditions.Count > 1 || filter.Open != false))
        {
            found = found.Where(conditions[0]);
            conditions.RemoveAt(0);
        }

        return (found, conditions);
    }

    public async Task AddAsync(Approval approval, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(approval);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<bool> TryDecideAsync(Guid id, ApprovalDecision decision, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        return await db.Set<Approval>().Where(a => a.Id == id && a.State == ApprovalState.Open).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.State, decision.State).SetProperty(a => a.DecidedBy, decision.DecidedBy)
                .SetProperty(a => a.DecidedAt, utcNow).SetProperty(a => a.Note, decision.Note).SetProperty(a => a.Values, decision.Values),
            cancellationToken) == 1;
    }

    public async Task SettleAsync(Guid id, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<Approval>().Where(a => a.Id == id && a.SettledAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.SettledAt, utcNow), cancellationToken);
    }

    public async Task<IReadOnlyList<Approval>> FindUnsettledAsync(DateTime utcNow, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Approval>().AsNoTracking()
            .Where(a => a.SettledAt == null
                && (a.State != ApprovalState.Open || a.DueAt <= utcNow || !db.Set<Run>().Any(r => r.Id == a.RunId && r.WakeAt != null)))
            .OrderBy(a => a.CreatedAt).Take(limit).ToListAsync(cancellationToken);
    }
}
