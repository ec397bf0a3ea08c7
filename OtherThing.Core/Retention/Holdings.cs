using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Retention;

/// <summary>What a workspace holds in the database.</summary>
/// <param name="Runs">How many runs.</param>
/// <param name="Jobs">How many jobs.</param>
/// <param name="UsageEntries">How many entries of usage.</param>
/// <param name="Tasks">How many tasks, deleted ones among them.</param>
/// <param name="AuditEntries">How many entries of the audit log.</param>
/// <param name="RunBytes">How many bytes its runs kept when storage was last measured; null before it was.</param>
public sealed record WorkspaceHoldings(long Runs, long Jobs, long UsageEntries, long Tasks, long AuditEntries, long? RunBytes);

/// <summary>Counts what workspaces hold.</summary>
public interface IHoldingsStore
{
    /// <summary>What a workspace holds now.</summary>
    Task<WorkspaceHoldings> CountAsync(Guid workspaceId, CancellationToken cancellationToken);
}

/// <summary>What a workspace holds and how large the database is, for those who decide how long things are kept.</summary>
public sealed class HoldingsService(IHoldingsStore store, IFileSpace file, Door door)
{
    /// <summary>What a workspace holds, and the database's file where there is one.</summary>
    public async Task<Result<(WorkspaceHoldings Holdings, FileFigures? File)>> ReadAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.AuditRead, cancellationToken)).Error is { } refusal
            ? refusal
            : (await store.CountAsync(workspaceId, cancellationToken), await file.ReadAsync(cancellationToken));
}
