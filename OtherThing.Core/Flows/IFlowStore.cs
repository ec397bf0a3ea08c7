using OtherThing.Core.Results;

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
    Task<Page<FlowSummary>> ListAsync(Guid workspaceId, PageRequest page, CancellationToken cancellationToken);

    /// <summary>
    /// Saves a changed draft, with its name, if nobody has changed it since <paramref name="expectedRevision"/>. What is published, and by
    /// whom, stays as it is.
    /// </summary>
    Task<bool> TrySaveAsync(Flow flow, int expectedRevision, CancellationToken cancellationToken);

    /// <summary>Saves what is published and by whom, and nothing else, if the draft is still the one that is published.</summary>
    Task<bool> TryPublishAsync(Flow flow, CancellationToken cancellationToken);

    /// <summary>Changes settings, and nothing else of the flow; its version stays as it is.</summary>
    /// <returns>False when there is no such flow.</returns>
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
