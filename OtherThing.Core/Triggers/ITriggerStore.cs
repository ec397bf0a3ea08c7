namespace OtherThing.Core.Triggers;

/// <summary>Keeps triggers.</summary>
public interface ITriggerStore
{
    /// <summary>The triggers of some flows of a workspace.</summary>
    Task<IReadOnlyList<Trigger>> ListAsync(Guid workspaceId, IReadOnlyCollection<Guid> flowIds, CancellationToken cancellationToken);

    /// <summary>Makes a flow's triggers what they shall be, in one transaction: rows that are not in the list go.</summary>
    Task ReplaceAsync(Guid flowId, IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken);

    /// <summary>The webhook with that token and what its flow says; null when there is none or the flow is gone.</summary>
    Task<PublishedTrigger?> FindByTokenAsync(string tokenHash, CancellationToken cancellationToken);
}
