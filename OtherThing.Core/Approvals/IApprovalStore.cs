using OtherThing.Core.Results;

namespace OtherThing.Core.Approvals;

/// <summary>Keeps approvals.</summary>
public interface IApprovalStore
{
    /// <summary>One approval by its own id or that of its card; null when this workspace has none.</summary>
    Task<Approval?> FindAsync(Guid workspaceId, Guid id, CancellationToken cancellationToken);

    /// <summary>Approvals of a workspace, newest first.</summary>
    Task<Page<Approval>> ListAsync(Guid workspaceId, ApprovalFilter filter, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Adds an approval.</summary>
    Task AddAsync(Approval approval, CancellationToken cancellationToken);

    /// <summary>Decides an open approval; one statement, so that of many who decide at once one does.</summary>
    /// <returns>False when it was decided before.</returns>
    Task<bool> TryDecideAsync(Guid id, ApprovalDecision decision, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Notes that the run has taken the decision.</summary>
    Task SettleAsync(Guid id, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Decided approvals whose run has not taken the decision, and open ones whose run has ended or whose time is up.</summary>
    Task<IReadOnlyList<Approval>> FindUnsettledAsync(DateTime utcNow, int limit, CancellationToken cancellationToken);
}
