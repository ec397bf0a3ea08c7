using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Results;
using OtherThing.Core.Tasks;

namespace OtherThing.Data.Tasks;

internal sealed class TaskStore(IDbContextFactory<AppDbContext> contexts) : ITaskStore
{
    private const int Tries = 5;

    public async Task<TaskSaving> AddAsync(TaskItem task, TaskPlace place, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await SaveInTransactionAsync(task, place, isNew: true, cancellationToken);
            }
            catch (DbUpdateException exception) when (exception is not DbUpdateConcurrencyException && tries < Tries)
            {
                // Another replica took the number or the place in the same moment; the next try sees it.
            }
        }
    }

    public async Task<TaskSaving> SaveAsync(TaskItem task, TaskPlace? place, CancellationToken cancellationToken)
    {
        try
        {
            return await SaveInTransactionAsync(task, place, isNew: false, cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return TaskSaving.Changed;
        }
        catch (DbUpdateException) when (place is not null)
        {
            return TaskSaving.Changed; // the place was taken in the same moment by another replica
        }
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
        var tasks = db.Set<TaskItem>().AsNoTracking().Where(t => t.WorkspaceId == workspaceId && t.DeletedAt == null);
        tasks = filter.Status is { } status ? tasks.Where(t => t.Status == status) : tasks;
        tasks = filter.AssigneeId is { } assignee ? tasks.Where(t => t.AssigneeId == assignee) : tasks;
        tasks = filter.FlowId is { } flow ? tasks.Where(t => t.FlowId == flow) : tasks;
        tasks = filter.Text is { Length: > 0 } text ? tasks.Where(t => t.Title.Contains(text)) : tasks;
        if (page.Cursor is { } after)
        {
            tasks = tasks.Where(t => t.CreatedAt < after.At || (t.CreatedAt == after.At && t.Id.CompareTo(after.Id) < 0));
        }

        var found = await tasks.OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id)
            .Take(page.Limit + 1).ToListAsync(cancellationToken);
        var items = found.Take(page.Limit).ToList();
        return new Page<TaskItem>(items, found.Count > page.Limit ? new Cursor(items[^1].CreatedAt, items[^1].Id).ToString() : null);
    }

    /// <summary>Neighbours are read and the card is written in one turn, so that two moves at once never get one place.</summary>
    private async Task<TaskSaving> SaveInTransactionAsync(
        TaskItem task, TaskPlace? place, bool isNew, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var places = new TaskPlaces(db, task);
        if (place is not null)
        {
            if (await places.FindRankAsync(place, cancellationToken) is not { } rank)
            {
                return TaskSaving.NeighbourUnknown;
            }

            task.Place(place.Status, rank);
        }

        if (isNew)
        {
            var last = await db.Set<TaskItem>().Where(t => t.WorkspaceId == task.WorkspaceId).MaxAsync(t => (int?)t.Number, cancellationToken);
            task.Count((last ?? 0) + 1);
            db.Add(task);
        }
        else
        {
            db.Update(task);
        }

        await db.SaveChangesAsync(cancellationToken);
        if (task.Rank.Length > Rank.MaxLength)
        {
            await places.RenumberAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return TaskSaving.Saved;
    }
}
