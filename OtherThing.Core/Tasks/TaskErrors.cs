using OtherThing.Core.Results;

namespace OtherThing.Core.Tasks;

/// <summary>What tasks refuse.</summary>
public static class TaskErrors
{
    /// <summary>No such card.</summary>
    public static Error NotFound { get; } = Error.NotFound("task.not_found", "There is no such task in this workspace.");

    /// <summary>Somebody was faster.</summary>
    public static Error Changed { get; } =
        Error.Conflict("task.changed", "Somebody else changed this task since you opened it. Look at it again, then repeat your change.");

    /// <summary>A neighbour that is no card here.</summary>
    public static Error NeighbourUnknown { get; } =
        Error.Invalid("task.neighbour_invalid", "beforeId", "beforeId and afterId must name tasks of this workspace.");

    /// <summary>A person who cannot be given work.</summary>
    public static Error AssigneeInvalid { get; } =
        Error.Invalid("task.assignee_invalid", "assigneeId", "assigneeId must be a Member, Admin or Owner of this workspace.");

    /// <summary>A flow that is not here.</summary>
    public static Error FlowInvalid { get; } =
        Error.Invalid("task.flow_invalid", "flowId", "flowId must be a flow of this workspace.");
}
