using OtherThing.Core.Results;
using OtherThing.Core.Triggers;

namespace OtherThing.Core.Flows;

/// <summary>Keeps flows and their versions.</summary>
public interface IFlowStore
{
    /// <summary>Adds a flow.</summary>
    Task AddAsync(Flow flow, CancellationToken cancellationToken);

    /// <summary>One flow of a workspace, or null.</summary>
    Task<Flow?> FindAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken);

    /// <summary>What starting a run needs of a flow, without its document; null when there is no such flow.</summary>
    Task<FlowHead?> FindHeadAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken);

    /// <summary>The flows of a workspace, last changed first.</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="text">Words in the name or the description, in capital letters or not; empty for any.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Page<FlowSummary>> ListAsync(Guid workspaceId, string? text, PageRequest page, CancellationToken cancellationToken);

    /// <summary>
    /// Saves a changed draft, with its name, if nobody has changed it since <paramref name="expectedRevision"/>. What is published, and by
    /// whom, stays as it is.
    /// </summary>
    Task<bool> TrySaveAsync(Flow flow, int expectedRevision, CancellationToken cancellationToken);

    /// <summary>
    /// Saves what is published and by whom, the version and the triggers in one transaction, if the draft is still the one that is published:
    /// whenever the server dies, all three are of one version. Nothing else of the flow is written.
    /// </summary>
    /// <param name="flow">The flow as published.</param>
    /// <param name="version">Its version, marked as published; one that is kept already is marked.</param>
    /// <param name="triggers">The triggers it shall have; those that are not in the list go.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    Task<bool> TryPublishAsync(Flow flow, FlowVersion version, IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken);

    /// <summary>Changes settings, and nothing else of the flow; its version stays as it is.</summary>
    /// <returns>False when there is no such flow, or its settings are not those the change was made from.</returns>
    Task<bool> ChangeSettingsAsync(Guid workspaceId, Guid flowId, FlowSettingsChange change, CancellationToken cancellationToken);

    /// <summary>Deletes a flow; its versions and runs stay.</summary>
    Task<bool> DeleteAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken);

    /// <summary>Keeps a version if it is not kept yet.</summary>
    Task KeepVersionAsync(FlowVersion version, CancellationToken cancellationToken);

    /// <summary>One version, or null.</summary>
    Task<FlowVersion?> FindVersionAsync(Guid flowId, int number, CancellationToken cancellationToken);

    /// <summary>The versions of a flow, newest first.</summary>
    Task<Page<FlowVersionSummary>> ListVersionsAsync(Guid workspaceId, Guid flowId, PageRequest page, CancellationToken cancellationToken);
}
