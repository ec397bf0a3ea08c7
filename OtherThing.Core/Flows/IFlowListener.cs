using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>What else happens when a flow is saved, published or deleted: its triggers follow it.</summary>
public interface IFlowListener
{
    /// <summary>The document as it is to be kept, or why it cannot be.</summary>
    Task<Result<FlowDefinition>> SavingAsync(Guid workspaceId, FlowDefinition definition, CancellationToken cancellationToken);

    /// <summary>Why the flow cannot be published by this actor; null when it can.</summary>
    Task<Error?> CheckPublishAsync(Actor actor, Entry entry, Flow flow, FlowDefinition definition, CancellationToken cancellationToken);

    /// <summary>The flow is published.</summary>
    Task PublishedAsync(Actor actor, Flow flow, FlowDefinition definition, CancellationToken cancellationToken);

    /// <summary>The flow is deleted.</summary>
    Task DeletedAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken);
}
