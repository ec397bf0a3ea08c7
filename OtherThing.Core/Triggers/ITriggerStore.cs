namespace OtherThing.Core.Triggers;

/// <summary>Keeps triggers.</summary>
public interface ITriggerStore
{
    /// <summary>The triggers of some flows of a workspace.</summary>
    Task<IReadOnlyList<Trigger>> ListAsync(Guid workspaceId, IReadOnlyCollection<Guid> flowIds, CancellationToken cancellationToken);

    /// <summary>Makes a flow's triggers what they shall be, in one transaction: rows that are not in the list go.</summary>
    Task ReplaceAsync(Guid flowId, IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken);

    /// <summary>Writes what turning a trigger on or off changes, and nothing else of its row.</summary>
    /// <returns>False when the row is gone.</returns>
    Task<bool> SwitchAsync(Trigger trigger, CancellationToken cancellationToken);

    /// <summary>Schedules that are due, the longest waiting first.</summary>
    Task<IReadOnlyList<PublishedTrigger>> FindDueAsync(DateTime utcNow, int limit, CancellationToken cancellationToken);

    /// <summary>Settles a due time and sets the next, if nobody did so before.</summary>
    /// <param name="triggerId">The schedule.</param>
    /// <param name="dueAt">The due time that is settled (UTC).</param>
    /// <param name="nextAt">The next one; null when there is none.</param>
    /// <param name="fire">What was settled; null leaves what is known.</param>
    /// <param name="note">Why no run started; cut at 400 characters.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False when another server was faster or the schedule changed.</returns>
    Task<bool> AdvanceAsync(
        Guid triggerId, DateTime dueAt, DateTime? nextAt, TriggerFire? fire, string? note, CancellationToken cancellationToken);

    /// <summary>Makes the flows of a workspace that a member published act for another one.</summary>
    Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken);

    /// <summary>The webhook with that token and what its flow says; null when there is none or the flow is gone.</summary>
    Task<PublishedTrigger?> FindByTokenAsync(string tokenHash, CancellationToken cancellationToken);
}
