using System.Globalization;
using System.Text.Json.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Tasks;

namespace OtherThing.Core.Console.Commands;

/// <summary>Lists cards.</summary>
public sealed class TasksCommand(TaskService tasks, Lookup lookup) : ConsoleCommand(
    "tasks", "List the tasks of the board", "tasks [todo|doing|done] [--mine]", new ConsoleFlag("mine", "Only those assigned to you"))
{
    /// <inheritdoc/>
    public override async Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken)
    {
        TaskState? status = null;
        if (call.Words.Count > 1 || (call.Words is [var word] && !ConsoleTasks.TryParseColumn(word, out status)))
        {
            return WrongUse;
        }

        if (!(await tasks.ListBoardAsync(call.Actor, call.WorkspaceId, cancellationToken)).TryGet(out var board, out var error))
        {
            return error;
        }

        var names = await lookup.NamesAsync(call, cancellationToken);
        var wanted = board.Where(card => (status is null || card.Status == status)
            && (!call.Arguments.Has("mine") || card.AssigneeId == call.Actor.UserId));
        return ConsoleOutput.Table(
            ["task", "title", "status", "assignee", "priority", "due", "labels"],
            [.. wanted.Take(call.Limit).Select(card => ConsoleTasks.Row(card, names))],
            ConsoleRows.Task);
    }
}

/// <summary>Shows one card.</summary>
public sealed class TaskShowCommand(Lookup lookup) : ConsoleCommand("task show", "Show one task", "task show T-12")
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

        var names = await lookup.NamesAsync(call, cancellationToken);
        var assignee = task.AssigneeId is { } id ? names.GetValueOrDefault(id, "former member") : "nobody";
        var text = $"T-{task.Number} {task.Title}\n{TaskWords.Title(task.Status)}, assigned to {assignee}, priority {task.Priority}"
            + (task.DueDate is { } due ? $", due {due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : "")
            + (task.Labels.Count > 0 ? $"\nLabels: {string.Join(", ", task.Labels)}" : "")
            + (task.Description.Length > 0 ? $"\n\n{task.Description}" : "");
        return ConsoleOutput.Say(text, ConsoleTasks.Data(task));
    }
}

/// <summary>What the commands about cards share.</summary>
internal static class ConsoleTasks
{
    public static bool TryParseColumn(string word, out TaskState? status) =>
        TaskWords.TryParseStatus(word.ToLowerInvariant() switch { "doing" or "progress" or "in-progress" => "in_progress", var other => other }, out status);

    public static JsonObject Row(TaskCard card, IReadOnlyDictionary<Guid, string> names) => new()
    {
        ["task"] = $"T-{card.Number}",
        ["title"] = card.Title,
        ["status"] = Json.ToElement(card.Status).GetString(),
        ["assignee"] = card.AssigneeId is { } id ? names.GetValueOrDefault(id, "former member") : null,
        ["priority"] = Json.ToElement(card.Priority).GetString(),
        ["due"] = card.DueDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["labels"] = new JsonArray([.. card.Labels.Select(label => (JsonNode?)label)]),
        ["number"] = card.Number,
        ["id"] = card.Id.ToString(),
    };

    public static JsonObject Data(TaskItem task) => new()
    {
        ["id"] = task.Id.ToString(),
        ["number"] = task.Number,
        ["title"] = task.Title,
        ["description"] = task.Description,
        ["status"] = Json.ToElement(task.Status).GetString(),
        ["assigneeId"] = task.AssigneeId?.ToString(),
        ["priority"] = Json.ToElement(task.Priority).GetString(),
        ["labels"] = new JsonArray([.. task.Labels.Select(label => (JsonNode?)label)]),
        ["dueDate"] = task.DueDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    public static ConsoleOutput Done(TaskItem task, string what) => ConsoleOutput.Say($"T-{task.Number} {what}", Data(task));
}
