using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Results;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Conventions;
using OtherThing.Data.Workspaces;

namespace OtherThing.Data.Tasks;

internal sealed class TaskStore(IDbContextFactory<AppDbContext> contexts) : ITaskStore
{
    internal static readonly TimeOrder<TaskItem> Order = new(task => task.CreatedAt, task => task.Id);

    public Task<TaskSaving> AddAsync(TaskItem task, TaskPlace place, CancellationToken cancellationToken) => UnitOfWork.RunAsync(
        contexts,
        unit => SaveAsync(unit, task, place, seen: null, cancellationToken),
        async db => await db.Set<TaskItem>().AnyAsync(t => t.Id == task.Id, cancellationToken) ? new Known<TaskSaving>(TaskSaving.Saved) : null,
        cancellationToken);

    public Task<TaskSaving> SaveAsync(TaskItem task, TaskPlace? place, CancellationToken cancellationToken)
    {
        var seen = task.Version;
        return UnitOfWork.RunAsync(
            contexts,
            unit => SaveAsync(unit, task, place, seen, cancellationToken),
            // Each save renews the version, so the row has ours exactly when this save took effect.
            async db => task.Version != seen && await db.Set<TaskItem>().AnyAsync(t => t.Id == task.Id && t.Version == task.Version, cancellationToken)
                ? new Known<TaskSaving>(TaskSaving.Saved) : null,
            cancellationToken);
    }

    public async Task<TaskItem?> FindAsync(Guid workspaceId, Guid taskId, bool deleted, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<TaskItem>().AsNoTracking().FirstOrDefaultAsync(
            t => t.WorkspaceId == workspaceId && t.Id == taskId && (t.DeletedAt != null) == deleted, cancellationToken);
    }

    public async Task<TaskItem?> FindByNumberAsync(Guid workspaceId, int number, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<TaskItem>().AsNoTracking().FirstOrDefaultAsync(
            t => t.WorkspaceId == workspaceId && t.Number == number && t.DeletedAt == null, cancellationToken);
    }

    public async Task<IReadOnlyList<TaskCard>> ListBoardAsync(Guid workspaceId, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<TaskItem>().AsNoTracking()
            .Where(t => t.WorkspaceId == workspaceId && t.DeletedAt == null)
            // Statuses are stored by name, whose order is not the board's.
            .OrderBy(t => t.Status == TaskState.Todo ? 0 : t.Status == TaskState.InProgress ? 1 : 2).ThenBy(t => t.Rank).Take(limit)
            .Select(t => new TaskCard(
                t.Id, t.Number, t.Title, t.Status, t.Rank, t.AssigneeId, t.Priority, t.Labels, t.DueDate, t.FlowId, t.RunId, t.CreatedBy))
            .ToListAsync(cancellationToken);
    }

    public async Task<Page<TaskItem>> ListAsync(
        Guid workspaceId, TaskFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (found, others) = Find(db, workspaceId, filter);
        return await Order.PageAsync(found, others, page, cancellationToken);
    }

    /// <summary>What an index finds, by the condition that leaves the fewest, and what is asked of those cards besides.</summary>
    internal static (IQueryable<TaskItem> Found, IReadOnlyList<Expression<Func<TaskItem, bool>>> Others) Find(
        AppDbContext db, Guid workspaceId, TaskFilter filter)
    {
        var found = db.Set<TaskItem>().AsNoTracking().Where(t => t.WorkspaceId == workspaceId && t.DeletedAt == null);
        var conditions = new List<Expression<Func<TaskItem, bool>>>();
        if (filter.AssigneeId is { } assignee)
        {
            conditions.Add(t => t.AssigneeId == assignee);
        }

        if (filter.FlowId is { } flow)
        {
            conditions.Add(t => t.FlowId == flow);
        }

        if (filter.Status is { } status)
        {
            conditions.Add(t => t.Status == status);
        }

        if (conditions.Count > 0)
        {
            found = found.Where(conditions[0]);
            conditions.RemoveAt(0);
        }

        if (filter.Text is { Length: > 0 } text)
        {
            conditions.Add(WordSearch.Holds<TaskItem>((text, t => t.Title)));
        }

        return (found, conditions);
    }

    /// <summary>
    /// Neighbours are read and the card is written in one turn: whoever places a card first touches its workspace's row, where numbers are
    /// counted, and holds it until the commit, so that two at once get neither one number nor one place.
    /// </summary>
    private static async Task<TaskSaving> SaveAsync(
        UnitOfWork unit, TaskItem task, TaskPlace? place, Guid? seen, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        if (place is not null || seen is null)
        {
            var step = seen is null ? 1 : 0;
            await db.Set<Workspace>().Where(w => w.Id == task.WorkspaceId).ExecuteUpdateAsync(
                set => set.SetProperty(
                    w => EF.Property<int>(w, WorkspaceConfiguration.LastTaskNumber), w => EF.Property<int>(w, WorkspaceConfiguration.LastTaskNumber) + step),
                cancellationToken);
        }

        var places = new TaskPlaces(db, task);
        if (place is not null)
        {
            if (await places.FindRankAsync(place, cancellationToken) is not { } rank)
            {
                return TaskSaving.NeighbourUnknown;
            }

            task.Place(place.Status, rank);
        }

        if (seen is null)
        {
            task.Count(await db.Set<Workspace>().Where(w => w.Id == task.WorkspaceId)
                .Select(w => EF.Property<int>(w, WorkspaceConfiguration.LastTaskNumber)).SingleAsync(cancellationToken));
            db.Add(task);
        }
        else
        {
            // In a repetition the card has a version that was never kept; what the caller had seen counts.
            db.Update(task).Property(t => t.Version).OriginalValue = seen.Value;
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException) when (seen is not null)
        {
            return TaskSaving.Changed; // not the card that the caller had seen
        }

        if (task.Rank.Length > Rank.MaxLength)
        {
            await places.RenumberAsync(cancellationToken);
        }

        await unit.CommitAsync();
        return TaskSaving.Saved;
    }
}
