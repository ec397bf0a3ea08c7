using OtherThing.Core.Results;

namespace OtherThing.Core.Tasks;

/// <summary>A card as the board shows it.</summary>
public sealed record TaskCard(
    Guid Id,
    int Number,
    string Title,
    TaskState Status,
    string Rank,
    Guid? AssigneeId,
    TaskPriority Priority,
    IReadOnlyList<string> Labels,
    DateOnly? DueDate,
    Guid? FlowId,
    Guid? RunId,
    Guid CreatedBy);

/// <summary>Which cards of a list are wanted; null means any.</summary>
public sealed record TaskFilter(TaskState? Status = null, Guid? AssigneeId = null, Guid? FlowId = null, string? Text = null);

/// <summary>How saving a card ended.</summary>
public enum TaskSaving
{
    /// <summary>It is saved.</summary>
    Saved,

    /// <summary>Somebody else saved it since it was read.</summary>
    Changed,

    /// <summary>A named neighbour is no card of this workspace.</summary>
    NeighbourUnknown,
}

/// <summary>Keeps cards. Deleted ones are invisible unless a method says otherwise.</summary>
public interface ITaskStore
{
    /// <summary>Adds a card, giving it the next number and a rank at its place.</summary>
    Task<TaskSaving> AddAsync(TaskItem task, TaskPlace place, CancellationToken cancellationToken);

    /// <summary>Saves a changed card; with a place, also finds its rank there.</summary>
    Task<TaskSaving> SaveAsync(TaskItem task, TaskPlace? place, CancellationToken cancellationToken);

    /// <summary>One card; null when there is none. <paramref name="deleted"/> looks among the deleted ones.</summary>
    Task<TaskItem?> FindAsync(Guid workspaceId, Guid taskId, bool deleted, CancellationToken cancellationToken);

    /// <summary>One card by the number people use; null when there is none.</summary>
    Task<TaskItem?> FindByNumberAsync(Guid workspaceId, int number, CancellationToken cancellationToken);

    /// <summary>The whole board, each column in order; at most <paramref name="limit"/> cards.</summary>
    Task<IReadOnlyList<TaskCard>> ListBoardAsync(Guid workspaceId, int limit, CancellationToken cancellationToken);

    /// <summary>A list of cards, newest first.</summary>
    Task<Page<TaskItem>> ListAsync(Guid workspaceId, TaskFilter filter, PageRequest page, CancellationToken cancellationToken);
}
