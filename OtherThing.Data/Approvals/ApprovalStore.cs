using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Approvals;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Approvals;

internal sealed class ApprovalStore(IDbContextFactory<AppDbContext> contexts) : IApprovalStore
{
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
        var approvals = db.Set<Approval>().AsNoTracking().Where(a => a.WorkspaceId == workspaceId);
        approvals = filter.Open is { } open ? approvals.Where(a => (a.State == ApprovalState.Open) == open) : approvals;
        approvals = filter.RunId is { } runId ? approvals.Where(a => a.RunId == runId) : approvals;
        approvals = filter.TaskId is { } taskId ? approvals.Where(a => a.TaskId == taskId) : approvals;
        if (page.Cursor is { } after)
        {
            approvals = approvals.Where(a => a.CreatedAt < after.At || (a.CreatedAt == after.At && a.Id.CompareTo(after.Id) < 0));
        }

        var found = await approvals.OrderByDescending(a => a.CreatedAt).ThenByDescending(a => a.Id)
            .Take(page.Limit + 1).ToListAsync(cancellationToken);
        return found.ToPage(page.Limit, a => new Cursor(a.CreatedAt, a.Id));
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
