using OtherThing.Core.Retention;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Runs.Journal;

/// <summary>Deletes large values that no run refers to: what a commit that failed, or a purge that was cut off, left behind.</summary>
public sealed class BlobPurge(IRunPurgeStore runs, IBlobStore blobs, TimeProvider clock) : IRetentionRule
{
    private const int Batch = 100;

    /// <inheritdoc/>
    public string Deletes => "large values that no run refers to";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var (deleted, before) = (0, clock.GetUtcNow().UtcDateTime - RunPurge.BlobGrace);
        foreach (var workspaceId in blobs.ListWorkspaces())
        {
            foreach (var idle in blobs.ListIdle(workspaceId, before).Chunk(Batch))
            {
                var used = await runs.FindUsedAsync(workspaceId, idle, cancellationToken);
                deleted += idle.Count(hash => !used.Contains(hash) && blobs.DeleteIdle(workspaceId, hash, before));
            }
        }

        return deleted;
    }
}
