using OtherThing.Core.Access;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>Lets edits in: from whom may edit, without ids of other workspaces, and with typed secrets sealed.</summary>
public sealed class EditAdmission(Door door, FlowReferences references, IEnumerable<IFlowListener> listeners)
{
    private readonly EditSealing _sealing = new(listeners);

    /// <summary>Asks for A28.</summary>
    internal async Task<Error?> MayEditAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken)).Error;

    /// <summary>The edit as it may be applied and told: foreign ids refused, typed secrets sealed.</summary>
    internal async Task<Result<FlowEdit>> AdmitAsync(Guid workspaceId, FlowDocument document, FlowEdit edit, CancellationToken cancellationToken) =>
        await references.RefuseEditAsync(workspaceId, document, edit, cancellationToken) is { } refusal
            ? refusal
            : await _sealing.SealAsync(workspaceId, document, edit, cancellationToken);
}
