using OtherThing.Core.Results;
using OtherThing.Core.Tasks;

namespace OtherThing.Core.Console.Commands;

/// <summary>Makes a card, with tokens for the rest: <c>!high @ana #bug ^2026-12-24</c>.</summary>
public sealed class TaskAddCommand(TaskService tasks, Lookup lookup) : ConsoleCommand(
    "task add", "Make a task", "task add \"Fix the parser\" !high @ana #bug ^2026-12-24")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        var draft = new TaskDraft("");
        var title = new List<string>();
        var labels = new List<string>();
        foreach (var word in call.Words)
        {
            switch (word)
            {
                case ['!', .. var priority]:
                    if (!Enum.TryParse<TaskPriority>(priority, ignoreCase: true, out var level) || !Enum.IsDefined(level))
                    {
                        return ConsoleErrors.Usage($"'{word}' is no priority. There are !low, !medium, !high and !urgent.");
                    }

                    draft = draft with { Priority = level };
                    break;
                case ['@', _, ..]:
                    if (!(await lookup.MemberAsync(call, word, cancellationToken)).TryGet(out var member, out var error))
                    {
                        return error;
                    }

                    draft = draft with { AssigneeId = member.UserId };
                    break;
                case ['#', _, ..]:
                    labels.Add(word[1..]);
                    break;
                case ['^', .. var day]:
                    if (!TimeText.TryReadDay(day, out var due))
                    {
                        return ConsoleErrors.Usage($"'{word}' is no day: write ^2026-12-24.");
                    }

                    draft = draft with { DueDate = due };
                    break;
                default:
                    title.Add(word);
                    break;
            }
        }

        if (title.Count == 0)
        {
            return WrongUse;
        }

        draft = draft with { Title = string.Join(' ', title), Labels = labels };
        return (await tasks.CreateAsync(call.Actor, call.WorkspaceId, draft, cancellationToken)).TryGet(out var task, out var refusal)
            ? ConsoleTasks.Done(task, $"added to {TaskWords.Title(task.Status)}: {task.Title}")
            : refusal;
    }
}

/// <summary>Moves a card to the end of a column.</summary>
public sealed class TaskMoveCommand(TaskService tasks, Lookup lookup) : ConsoleCommand(
    "task move", "Move a task to a column", "task move T-12 todo|doing|done")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word, var column] || !ConsoleTasks.TryParseColumn(column, out var status) || status is not { } target)
        {
            return WrongUse;
        }

        if (!(await lookup.TaskAsync(call, word, cancellationToken)).TryGet(out var task, out var error))
        {
            return error;
        }

        var moved = await tasks.UpdateAsync(call.Actor, call.WorkspaceId, task.Id, new TaskChange { Status = target }, cancellationToken);
        return moved.TryGet(out var after, out error) ? ConsoleTasks.Done(after, $"moved to {TaskWords.Title(target)}") : error;
    }
}

/// <summary>Gives a card to a member, or to nobody.</summary>
public sealed class TaskAssignCommand(TaskService tasks, Lookup lookup) : ConsoleCommand(
    "task assign", "Give a task to a member", "task assign T-12 @ana|nobody")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word, var who])
        {
            return WrongUse;
        }

        if (!(await lookup.TaskAsync(call, word, cancellationToken)).TryGet(out var task, out var error))
        {
            return error;
        }

        Guid? assignee = null;
        if (who != "nobody")
        {
            if (!(await lookup.MemberAsync(call, who, cancellationToken)).TryGet(out var member, out error))
            {
                return error;
            }

            assignee = member.UserId;
        }

        var change = new TaskChange { AssigneeId = new Optional<Guid?>(assignee) };
        var changed = await tasks.UpdateAsync(call.Actor, call.WorkspaceId, task.Id, change, cancellationToken);
        return changed.TryGet(out var after, out error) ? ConsoleTasks.Done(after, $"assigned to {who}") : error;
    }
}

/// <summary>Deletes a card, or brings it back.</summary>
public sealed class TaskDeleteCommand(TaskService tasks, Lookup lookup) : ConsoleCommand("task delete", "Delete a task", "task delete T-12")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word])
        {
            return WrongUse;
        }

        if (!(await lookup.TaskAsync(call, word, cancellationToken)).TryGet(out var task, out var error))
        {
            return error;
        }

        return (await tasks.DeleteAsync(call.Actor, call.WorkspaceId, task.Id, cancellationToken)).TryGet(out var deleted, out error)
            ? ConsoleTasks.Done(deleted, $"deleted; 'task restore {deleted.Id}' brings it back")
            : error;
    }
}

/// <summary>Brings a deleted card back.</summary>
public sealed class TaskRestoreCommand(TaskService tasks) : ConsoleCommand("task restore", "Bring a deleted task back", "task restore ID")
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        if (call.Words is not [var word] || !Guid.TryParse(word, out var id))
        {
            return WrongUse;
        }

        return (await tasks.RestoreAsync(call.Actor, call.WorkspaceId, id, cancellationToken)).TryGet(out var task, out var error)
            ? ConsoleTasks.Done(task, "is back")
            : error;
    }
}
