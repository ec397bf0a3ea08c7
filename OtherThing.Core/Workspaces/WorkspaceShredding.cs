using Microsoft.Extensions.Logging;
using OtherThing.Core.Jobs;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Workspaces;

/// <summary>
/// Deletes what is left of a workspace once nobody can bring it back (A07): first the key of its secrets, then runs, jobs and every other row
/// in pieces, its files, and at last its own row, so that whoever is cut off goes on from there.
/// </summary>
public sealed partial class WorkspaceShredding(
    IShreddingStore store, RunPurge runs, JobPurge jobs, IBlobStore blobs, DeletionPace pace, ILogger<WorkspaceShredding> logger) : IRetentionRule
{
    /// <inheritdoc/>
    public string Deletes => "workspaces that were deleted and cannot be restored any more";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var before = pace.Clock.GetUtcNow().UtcDateTime - Workspace.RestoreFor;
        var deleted = await store.ListDeletedAsync(before, cancellationToken);
        foreach (var workspaceId in deleted)
        {
            await ShredAsync(workspaceId, cancellationToken);
            LogShredded(workspaceId);
        }

        return deleted.Count;
    }

    private async Task ShredAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await store.DeleteKeyAsync(workspaceId, cancellationToken);
        await runs.DeleteAsync(workspaceId, bounds: null, cancellationToken);
        await jobs.DeleteAsync(workspaceId, bounds: null, cancellationToken);
        Piece piece;
        do
        {
            piece = await store.DeleteRowsAsync(workspaceId, cancellationToken);
            await pace.RestAsync(piece, cancellationToken);
        }
        while (piece.Done > 0);

        blobs.DeleteAll(workspaceId);
        await store.DeleteWorkspaceAsync(workspaceId, cancellationToken);
    }

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Workspace {WorkspaceId} was deleted more than seven days ago; everything it held is gone for good now")]
    private partial void LogShredded(Guid workspaceId);
}
