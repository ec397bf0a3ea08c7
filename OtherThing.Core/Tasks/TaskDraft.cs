using OtherThing.Core.Results;

namespace OtherThing.Core.Tasks;

/// <summary>What is said of a new card.</summary>
/// <param name="Title">1 to 200 characters.</param>
/// <param name="Description">Markdown, up to 20,000 characters.</param>
/// <param name="Status">Its column.</param>
/// <param name="AssigneeId">A member who may work on tasks (Member or above).</param>
/// <param name="Priority">How pressing it is.</param>
/// <param name="Labels">Up to 10 words of up to 30 characters.</param>
/// <param name="DueDate">From the year 2000 on.</param>
/// <param name="FlowId">A flow of the same workspace.</param>
/// <param name="BeforeId">The card it goes right before.</param>
/// <param name="AfterId">The card it goes right after.</param>
/// <param name="RunId">The run that makes the card.</param>
/// <param name="Id">The id of a card that is made once however often it is asked for; null for a new one.</param>
public sealed record TaskDraft(
    string? Title,
    string? Description = null,
    TaskState Status = TaskState.Todo,
    Guid? AssigneeId = null,
    TaskPriority Priority = TaskPriority.None,
    IReadOnlyList<string>? Labels = null,
    DateOnly? DueDate = null,
    Guid? FlowId = null,
    Guid? BeforeId = null,
    Guid? AfterId = null,
    Guid? RunId = null,
    Guid? Id = null);

/// <summary>What is to change of a card; what is not mentioned stays.</summary>
public sealed record TaskChange
{
    /// <summary>1 to 200 characters.</summary>
    public Optional<string?> Title { get; init; }

    /// <summary>Markdown, up to 20,000 characters; null empties it.</summary>
    public Optional<string?> Description { get; init; }

    /// <summary>The column; with no neighbour named the card goes to its end.</summary>
    public Optional<TaskState> Status { get; init; }

    /// <summary>A member who may work on tasks; null for nobody.</summary>
    public Optional<Guid?> AssigneeId { get; init; }

    /// <summary>How pressing it is.</summary>
    public Optional<TaskPriority> Priority { get; init; }

    /// <summary>Up to 10 words of up to 30 characters; null for none.</summary>
    public Optional<IReadOnlyList<string>?> Labels { get; init; }

    /// <summary>The day it should be done; null for any.</summary>
    public Optional<DateOnly?> DueDate { get; init; }

    /// <summary>A flow of the same workspace; null for none.</summary>
    public Optional<Guid?> FlowId { get; init; }

    /// <summary>The card it goes right before.</summary>
    public Guid? BeforeId { get; init; }

    /// <summary>The card it goes right after.</summary>
    public Guid? AfterId { get; init; }

    /// <summary>The version the change was made from; null takes whatever there is.</summary>
    public Guid? Version { get; init; }

    /// <summary>True when nothing but the assignee changes, which has a right of its own.</summary>
    public bool OnlyAssigns => AssigneeId.IsSet && this with { AssigneeId = default, Version = null } == new TaskChange();

    /// <summary>Where the card is to go; null when it stays.</summary>
    public TaskPlace? PlaceFrom(TaskState current) =>
        BeforeId is null && AfterId is null && (!Status.IsSet || Status.Value == current)
            ? null
            : new TaskPlace(Status.IsSet ? Status.Value : current, BeforeId, AfterId);
}

/// <summary>A place on the board.</summary>
/// <param name="Status">The column.</param>
/// <param name="BeforeId">The card to stand right before; when it has left the column meanwhile, the other neighbour counts.</param>
/// <param name="AfterId">The card to stand right after. With neither, the end of the column.</param>
public sealed record TaskPlace(TaskState Status, Guid? BeforeId = null, Guid? AfterId = null);
