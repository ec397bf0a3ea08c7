using OtherThing.Core.Results;
using OtherThing.Core.Tasks;

namespace OtherThing.Web.Features.Tasks;

/// <summary>A card as REST says it.</summary>
internal sealed record TaskResponse(
    Guid Id,
    int Number,
    string Title,
    string Description,
    TaskState Status,
    Guid? AssigneeId,
    TaskPriority Priority,
    IReadOnlyList<string> Labels,
    DateOnly? DueDate,
    string Rank,
    Guid? FlowId,
    Guid? RunId,
    Guid CreatedBy,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    Guid Version)
{
    public static TaskResponse From(TaskItem task) => new(
        task.Id, task.Number, task.Title, task.Description, task.Status, task.AssigneeId, task.Priority, task.Labels, task.DueDate,
        task.Rank, task.FlowId, task.RunId, task.CreatedBy, task.CreatedAt, task.UpdatedAt, task.Version);
}

/// <summary>What POST takes.</summary>
internal sealed record CreateTaskRequest(
    string? Title,
    string? Description = null,
    TaskState? Status = null,
    Guid? AssigneeId = null,
    TaskPriority? Priority = null,
    IReadOnlyList<string>? Labels = null,
    DateOnly? DueDate = null,
    Guid? FlowId = null,
    Guid? BeforeId = null,
    Guid? AfterId = null)
{
    public TaskDraft ToDraft() => new(
        Title, Description, Status ?? TaskState.Todo, AssigneeId, Priority ?? TaskPriority.None, Labels, DueDate, FlowId, BeforeId, AfterId);
}

/// <summary>What PATCH takes: what is not mentioned stays, null clears.</summary>
internal sealed record UpdateTaskRequest
{
    public Optional<string?> Title { get; init; }

    public Optional<string?> Description { get; init; }

    public Optional<TaskState> Status { get; init; }

    public Optional<Guid?> AssigneeId { get; init; }

    public Optional<TaskPriority> Priority { get; init; }

    public Optional<IReadOnlyList<string>?> Labels { get; init; }

    public Optional<DateOnly?> DueDate { get; init; }

    public Optional<Guid?> FlowId { get; init; }

    public Guid? BeforeId { get; init; }

    public Guid? AfterId { get; init; }

    public Guid? Version { get; init; }

    public TaskChange ToChange() => new()
    {
        Title = Title,
        Description = Description,
        Status = Status,
        AssigneeId = AssigneeId,
        Priority = Priority,
        Labels = Labels,
        DueDate = DueDate,
        FlowId = FlowId,
        BeforeId = BeforeId,
        AfterId = AfterId,
        Version = Version,
    };
}
