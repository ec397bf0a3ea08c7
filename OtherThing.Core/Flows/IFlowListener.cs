using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Triggers;

namespace OtherThing.Core.Flows;

/// <summary>What belongs to a publication besides the flow and its version.</summary>
/// <param name="Triggers">The triggers that the flow shall have from then on, and no others.</param>
/// <param name="Done">Called when all of it is written.</param>
public sealed record PublishedWith(IReadOnlyList<Trigger> Triggers, Func<Task> Done);

/// <summary>What else happens when a flow is saved, published or deleted: its triggers follow it.</summary>
public interface IFlowListener
{
    /// <summary>The document as it is to be kept, or why it cannot be.</summary>
    Task<Result<FlowDocument>> SavingAsync(Guid workspaceId, FlowDocument definition, CancellationToken cancellationToken);

    /// <summary>Why the flow cannot be published by this actor; null when it can.</summary>
    Task<Error?> CheckPublishAsync(Actor actor, Entry entry, Flow flow, FlowDocument definition, CancellationToken cancellationToken);

    /// <summary>What is written in one transaction with the publication.</summary>
    /// <returns>The rows, or null for a listener that keeps nothing of a flow.</returns>
    Task<PublishedWith?> PublishingAsync(Actor actor, Flow flow, FlowDocument definition, CancellationToken cancellationToken);

    /// <summary>The flow is deleted.</summary>
    Task DeletedAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken);
}
