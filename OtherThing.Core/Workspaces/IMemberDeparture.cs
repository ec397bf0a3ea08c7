namespace OtherThing.Core.Workspaces;

/// <summary>What becomes of a member's work under way when they are removed: their runs and jobs, and what their schedules and webhooks start.</summary>
public enum DepartingWork
{
    /// <summary>Runs and jobs are stopped; schedules and webhooks start nothing more until somebody publishes their flow.</summary>
    Stop,

    /// <summary>Everything goes on in the name of whoever removes them.</summary>
    Handover,
}

/// <summary>What a feature does with the work of a member who leaves or is removed.</summary>
public interface IMemberDeparture
{
    /// <summary>Makes what is under way act for another member; called while both are members.</summary>
    Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken);

    /// <summary>Stops what is under way; called once, right after the membership has ended, also after a hand-over.</summary>
    Task OnDepartedAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken);
}
