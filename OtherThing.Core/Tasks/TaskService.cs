using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Tasks;

/// <summary>Makes, finds, changes, moves and deletes the cards of a workspace.</summary>
public sealed partial class TaskService(
    Door door,
    ITaskStore tasks,
    IMembershipStore memberships,
    IFlowStore flows,
    AuditLog audit,
    ILiveFeed feed,
    TimeProvider clock,
    ILogger<TaskService> logger)
{
    /// <summary>The most cards a board shows.</summary>
    public const int MaxBoard = 5_000;

    private const int Tries = 5;

    /// <summary>The board: every column in order (A21).</summary>
    public async Task<Result<IReadOnlyList<TaskCard>>> ListBoardAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.TaskRead, cancellationToken)).Error is { } refusal
            ? refusal
            : Result<IReadOnlyList<TaskCard>>.Success(await tasks.ListBoardAsync(workspaceId, MaxBoard, cancellationToken));

    /// <summary>A list of cards, newest first (A21).</summary>
    public async Task<Result<Page<TaskItem>>> ListAsync(
        Actor actor, Guid workspaceId, TaskFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.TaskRead, cancellationToken)).Error is { } refusal
            ? refusal
            : await tasks.ListAsync(workspaceId, filter, page, cancellationToken);

    /// <summary>One card (A21).</summary>
    /// <returns>The card, or <c>task.not_found</c>.</returns>
    public async Task<Result<TaskItem>> GetAsync(Actor actor, Guid workspaceId, Guid taskId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.TaskRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await tasks.FindAsync(workspaceId, taskId, deleted: false, cancellationToken) is { } task ? task : TaskErrors.NotFound;
    }

    /// <summary>One card by the number people use (A21).</summary>
    /// <returns>The card, or <c>task.not_found</c>.</returns>
    public async Task<Result<TaskItem>> GetByNumberAsync(Actor actor, Guid workspaceId, int number, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.TaskRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await tasks.FindByNumberAsync(workspaceId, number, cancellationToken) is { } task ? task : TaskErrors.NotFound;
    }

    /// <summary>Makes a card (A22).</summary>
    /// <returns>The card, or <c>task.invalid</c>, <c>task.assignee_invalid</c>, <c>task.flow_invalid</c>, <c>task.neighbour_invalid</c>.</returns>
    public async Task<Result<TaskItem>> CreateAsync(Actor actor, Guid workspaceId, TaskDraft draft, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.TaskCreate, cancellationToken)).TryGet(out var entry, out var refusal)
            || !TaskRules.Check(draft).TryGet(out var good, out refusal))
        {
            return refusal;
        }

        if (good.Id is { } id && await FindAnyAsync(workspaceId, id, cancellationToken) is { } made)
        {
            return made;
        }

        if (await CheckReferencesAsync(workspaceId, good.AssigneeId, good.FlowId, cancellationToken) is { } wrong)
        {
            return wrong;
        }

        var task = new TaskItem(workspaceId, good, entry.UserId, Now);
        var place = new TaskPlace(good.Status, good.BeforeId, good.AfterId);
        if (await tasks.AddAsync(task, place, cancellationToken) == TaskSaving.NeighbourUnknown)
        {
            return TaskErrors.NeighbourUnknown;
        }

        await DoneAsync(actor, task, Operations.TaskCreate, $"T-{task.Number} {task.Title}", cancellationToken);
        LogCreated(task.Id, workspaceId);
        return task;
    }

    /// <summary>Changes or moves a card (A23; A24 when only the assignee changes). Fields nobody mentions keep what others wrote.</summary>
    /// <returns>The card, or <c>task.not_found</c>, <c>task.invalid</c>, <c>task.changed</c> and what <see cref="CreateAsync"/> refuses.</returns>
    public async Task<Result<TaskItem>> UpdateAsync(
        Actor actor, Guid workspaceId, Guid taskId, TaskChange change, CancellationToken cancellationToken)
    {
        var operation = change.OnlyAssigns ? Operations.TaskAssign : Operations.TaskEdit;
        if (!(await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).TryGet(out var entry, out var refusal)
            || !TaskRules.Check(change).TryGet(out var good, out refusal))
        {
            return refusal;
        }

        if (await CheckReferencesAsync(workspaceId, good.AssigneeId.Value, good.FlowId.Value, cancellationToken) is { } wrong)
        {
            return wrong;
        }

        return await SaveAsync(actor, entry, taskId, good, cancellationToken);
    }

    /// <summary>Deletes a card (A25); it can be brought back.</summary>
    /// <returns>The card as it was, or <c>task.not_found</c>.</returns>
    public Task<Result<TaskItem>> DeleteAsync(Actor actor, Guid workspaceId, Guid taskId, CancellationToken cancellationToken) =>
        SetDeletedAsync(actor, workspaceId, taskId, delete: true, cancellationToken);

    /// <summary>Brings a deleted card back to where it was (A25).</summary>
    /// <returns>The card, or <c>task.not_found</c>.</returns>
    public Task<Result<TaskItem>> RestoreAsync(Actor actor, Guid workspaceId, Guid taskId, CancellationToken cancellationToken) =>
        SetDeletedAsync(actor, workspaceId, taskId, delete: false, cancellationToken);

    /// <summary>Moves a card to the end of Done because what it stood for is decided; the right to decide was checked. A deleted card stays so.</summary>
    internal async Task FinishAsync(Guid workspaceId, Guid taskId, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            if (await tasks.FindAsync(workspaceId, taskId, deleted: false, cancellationToken) is not { Status: not TaskState.Done } task)
            {
                return;
            }

            task.Apply(new TaskChange(), Now);
            if (await tasks.SaveAsync(task, new TaskPlace(TaskState.Done), cancellationToken) == TaskSaving.Saved)
            {
                feed.Publish(Topic.Workspace(workspaceId), new TasksChanged());
                return;
            }
        }
    }

    private async Task<TaskItem?> FindAnyAsync(Guid workspaceId, Guid taskId, CancellationToken cancellationToken) =>
        await tasks.FindAsync(workspaceId, taskId, deleted: false, cancellationToken)
        ?? await tasks.FindAsync(workspaceId, taskId, deleted: true, cancellationToken);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    private async Task<Result<TaskItem>> SaveAsync(
        Actor actor, Entry entry, Guid taskId, TaskChange change, CancellationToken cancellationToken)
    {
        // Somebody else may save between our read and our write; what they wrote stays, so we read again and apply ours to it.
        for (var tries = 0; tries < Tries; tries++)
        {
            if (await tasks.FindAsync(entry.WorkspaceId, taskId, deleted: false, cancellationToken) is not { } task)
            {
                return TaskErrors.NotFound;
            }

            if (entry.Refuse(task.CreatedBy, task.AssigneeId) is { } refusal)
            {
                return refusal;
            }

            if (change.Version is { } version && version != task.Version)
            {
                return TaskErrors.Changed;
            }

            var place = change.PlaceFrom(task.Status);
            task.Apply(change, Now);
            switch (await tasks.SaveAsync(task, place, cancellationToken))
            {
                case TaskSaving.Saved:
                    await DoneAsync(actor, task, entry.Operation, Tell(task, change, place), cancellationToken);
                    return task;
                case TaskSaving.NeighbourUnknown:
                    return TaskErrors.NeighbourUnknown;
            }
        }

        return TaskErrors.Changed;
    }

    private async Task<Result<TaskItem>> SetDeletedAsync(
        Actor actor, Guid workspaceId, Guid taskId, bool delete, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.TaskDelete, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        for (var tries = 0; tries < Tries; tries++)
        {
            if (await tasks.FindAsync(workspaceId, taskId, deleted: !delete, cancellationToken) is not { } task)
            {
                return TaskErrors.NotFound;
            }

            if (entry.Refuse(task.CreatedBy) is { } notYours)
            {
                return notYours;
            }

            task.SetDeleted(delete ? Now : null);
            if (await tasks.SaveAsync(task, null, cancellationToken) == TaskSaving.Saved)
            {
                var detail = $"T-{task.Number} {(delete ? "deleted" : "brought back")}";
                await DoneAsync(actor, task, Operations.TaskDelete, detail, cancellationToken);
                return task;
            }
        }

        return TaskErrors.Changed;
    }

    private async Task<Error?> CheckReferencesAsync(Guid workspaceId, Guid? assigneeId, Guid? flowId, CancellationToken cancellationToken)
    {
        if (assigneeId is { } assignee && await memberships.FindRoleAsync(workspaceId, assignee, cancellationToken) is not >= Role.Member)
        {
            return TaskErrors.AssigneeInvalid;
        }

        return flowId is { } flow && await flows.FindAsync(workspaceId, flow, cancellationToken) is null ? TaskErrors.FlowInvalid : null;
    }

    private async Task DoneAsync(Actor actor, TaskItem task, Operation operation, string detail, CancellationToken cancellationToken)
    {
        await audit.AppendAsync(actor, task.WorkspaceId, operation, $"task:{task.Id}", detail);
        feed.Publish(Topic.Workspace(task.WorkspaceId), new TasksChanged());
    }

    private static string Tell(TaskItem task, TaskChange change, TaskPlace? place) =>
        place is null ? $"T-{task.Number} {(change.OnlyAssigns ? "assigned" : "changed")}" : $"T-{task.Number} moved to {place.Status}";

    [LoggerMessage(Level = LogLevel.Information, Message = "Task {TaskId} created in workspace {WorkspaceId}")]
    private partial void LogCreated(Guid taskId, Guid workspaceId);
}
