namespace OtherThing.Core.Tasks;

/// <summary>The words people and programs use for columns and priorities.</summary>
public static class TaskWords
{
    /// <summary>What a column is called: "To do".</summary>
    public static string Title(TaskState status) => status switch
    {
        TaskState.Todo => "To do",
        TaskState.InProgress => "In progress",
        _ => "Done",
    };

    /// <summary>Reads <c>todo</c>, <c>in_progress</c> or <c>done</c>; empty reads as null.</summary>
    /// <returns>False when it is none of them.</returns>
    public static bool TryParseStatus(string? text, out TaskState? status)
    {
        status = text switch
        {
            "todo" => TaskState.Todo,
            "in_progress" => TaskState.InProgress,
            "done" => TaskState.Done,
            _ => null,
        };
        return status is not null || string.IsNullOrEmpty(text);
    }
}
