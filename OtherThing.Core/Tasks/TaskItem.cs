using OtherThing.Core.Results;

namespace OtherThing.Core.Tasks;

/// <summary>The columns of the board.</summary>
public enum TaskState
{
    /// <summary>To do.</summary>
    Todo,

    /// <summary>Somebody or some run is at it.</summary>
    InProgress,

    /// <summary>Done.</summary>
    Done,
}

/// <summary>How pressing a task is.</summary>
public enum TaskPriority
{
    /// <summary>Nobody said.</summary>
    None,

    /// <summary>Whenever.</summary>
    Low,

    /// <summary>As usual.</summary>
    Medium,

    /// <summary>Soon.</summary>
    High,

    /// <summary>Now.</summary>
    Urgent,
}

/// <summary>A card on the board.</summary>
public sealed class TaskItem : IVersioned
{
    private TaskItem()
    {
    }

    /// <summary>A new card; its number and rank are given by the store when it is added.</summary>
    public TaskItem(Guid workspaceId, TaskDraft draft, Guid createdBy, DateTime utcNow)
    {
        (Id, WorkspaceId, CreatedBy, CreatedAt, UpdatedAt) = (draft.Id ?? Guid.CreateVersion7(), workspaceId, createdBy, utcNow, utcNow);
        (Title, Description, Status, Priority) = (draft.Title!, draft.Description ?? "", draft.Status, draft.Priority);
        (AssigneeId, DueDate, FlowId, RunId) = (draft.AssigneeId, draft.DueDate, draft.FlowId, draft.RunId);
        Labels = [.. draft.Labels ?? []];
    }

    /// <summary>Which one.</summary>
    public Guid Id { get; private set; }

    /// <summary>Where.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>What people call it, <c>T-12</c>: counted per workspace from 1, never used twice.</summary>
    public int Number { get; private set; }

    /// <summary>What is to be done, 1 to 200 characters.</summary>
    public string Title { get; private set; } = "";

    /// <summary>More about it, Markdown, up to 20,000 characters.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Its column.</summary>
    public TaskState Status { get; private set; }

    /// <summary>Its place in the column; see <see cref="Tasks.Rank"/>.</summary>
    public string Rank { get; private set; } = "";

    /// <summary>Who does it; null for nobody yet.</summary>
    public Guid? AssigneeId { get; private set; }

    /// <summary>How pressing it is.</summary>
    public TaskPriority Priority { get; private set; }

    /// <summary>Up to 10 words of up to 30 characters.</summary>
    public List<string> Labels { get; private set; } = [];

    /// <summary>The day it should be done; null for any.</summary>
    public DateOnly? DueDate { get; private set; }

    /// <summary>The flow it is about; null for none.</summary>
    public Guid? FlowId { get; private set; }

    /// <summary>The run that made it or works on it; null for none.</summary>
    public Guid? RunId { get; private set; }

    /// <summary>Who made it.</summary>
    public Guid CreatedBy { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it last changed (UTC).</summary>
    public DateTime UpdatedAt { get; private set; }

    /// <summary>When it was deleted (UTC); null while it lives. A deleted card can be brought back.</summary>
    public DateTime? DeletedAt { get; private set; }

    /// <inheritdoc/>
    public Guid Version { get; private set; }

    /// <summary>Takes over what a change mentions, except the place, which the store finds.</summary>
    public void Apply(TaskChange change, DateTime utcNow)
    {
        Title = change.Title.Or(Title)!;
        Description = change.Description.Or(Description) ?? "";
        Priority = change.Priority.Or(Priority);
        AssigneeId = change.AssigneeId.Or(AssigneeId);
        DueDate = change.DueDate.Or(DueDate);
        FlowId = change.FlowId.Or(FlowId);
        if (change.Labels.IsSet)
        {
            Labels = [.. change.Labels.Value ?? []];
        }

        UpdatedAt = utcNow;
    }

    /// <summary>Gives a new card its number.</summary>
    public void Count(int number) => Number = number;

    /// <summary>Puts it into a column at a rank.</summary>
    public void Place(TaskState status, string rank) => (Status, Rank) = (status, rank);

    /// <summary>Deletes it, or brings it back.</summary>
    public void SetDeleted(DateTime? utcNow) => DeletedAt = utcNow;
}
