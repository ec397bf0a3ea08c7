using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Tests;

/// <summary>Keeps the tests of flows.</summary>
public interface ISavedTestStore
{
    /// <summary>Adds a test unless the flow has so many already.</summary>
    /// <returns>False when it has.</returns>
    Task<bool> TryAddAsync(SavedTest test, int most, CancellationToken cancellationToken);

    /// <summary>One test of a flow, or null.</summary>
    Task<SavedTest?> FindAsync(Guid workspaceId, Guid flowId, Guid testId, CancellationToken cancellationToken);

    /// <summary>The tests of a flow oldest first, without what they do.</summary>
    Task<Page<SavedTestSummary>> ListAsync(Guid workspaceId, Guid flowId, PageRequest page, CancellationToken cancellationToken);

    /// <summary>The ids of all tests of a flow, oldest first.</summary>
    Task<IReadOnlyList<Guid>> ListIdsAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken);

    /// <summary>Saves a changed test; false when it is gone.</summary>
    Task<bool> TrySaveAsync(SavedTest test, CancellationToken cancellationToken);

    /// <summary>Deletes a test; false when there is none.</summary>
    Task<bool> DeleteAsync(Guid workspaceId, Guid flowId, Guid testId, CancellationToken cancellationToken);
}
