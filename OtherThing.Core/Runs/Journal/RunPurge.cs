using OtherThing.Core.Jobs;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Runs.Journal;

/// <summary>
/// Deletes ended runs that their workspace does not keep, with their journals, jobs, approvals and large values. Where a workspace's kept runs
/// begin is found once; from the oldest run on the way goes there by an index, so a pass costs what it deletes. Never a run that lives; never
/// usage or audit. What was read is deleted in pieces that give way to runs.
/// </summary>
public sealed class RunPurge(IRunPurgeStore runs, JobPurge jobs, IBlobStore blobs, ILiveFeed feed, DeletionPace pace) : IRetentionRule
{
    /// <summary>A blob younger than this may belong to a commit that is on its way.</summary>
    internal static readonly TimeSpan BlobGrace = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public string Deletes => "runs past their workspace's retention, with what belongs to them";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromMinutes(1);

    private DateTime Now => pace.Clock.GetUtcNow().UtcDateTime;

    /// <inheritdoc/>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var (workspaceId, retention) in await runs.ListRetentionsAsync(cancellationToken))
        {
            var bounds = new ExpiryBounds(Now.AddDays(-retention.Days), await runs.FindBoundaryAsync(workspaceId, retention.Runs, cancellationToken));
            var gone = await DeleteAsync(workspaceId, bounds, cancellationToken);
            deleted += gone;
            if (gone > 0)
            {
                feed.Publish(Topic.Workspace(workspaceId), new RunsChanged());
            }
        }

        return deleted;
    }

    /// <summary>Deletes the runs of a workspace up to its bounds.</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="bounds">How far; null deletes all runs, whether they have ended or not.</param>
    /// <param name="cancellationToken">Gives up; what has gone is gone.</param>
    /// <returns>How many went.</returns>
    public async Task<int> DeleteAsync(Guid workspaceId, ExpiryBounds? bounds, CancellationToken cancellationToken)
    {
        var (deleted, after) = (0, (Cursor?)null);
        do
        {
            (var expired, after) = await runs.FindExpiredAsync(workspaceId, bounds, after, cancellationToken);
            deleted += await DeleteAsync(expired, cancellationToken);
            await DeleteBlobsAsync(workspaceId, [.. expired.SelectMany(run => run.Blobs).Distinct()], cancellationToken);
        }
        while (after is not null);
        return deleted;
    }

    private async Task<int> DeleteAsync(IReadOnlyList<ExpiredRun> expired, CancellationToken cancellationToken)
    {
        var rest = new List<ExpiredRun>(expired.Count);
        foreach (var run in expired)
        {
            rest.Add(run.IsLong ? await ShortenAsync(run, cancellationToken) : run);
        }

        for (var done = 0; done < rest.Count;)
        {
            var piece = await runs.DeleteAsync([.. rest.Skip(done)], cancellationToken);
            done += piece.Done;
            await pace.RestAsync(piece, cancellationToken);
        }

        return expired.Count;
    }

    /// <summary>What makes a run more than one piece goes before it: it is not kept, so nobody misses a part of it in the meantime.</summary>
    private async Task<ExpiredRun> ShortenAsync(ExpiredRun run, CancellationToken cancellationToken)
    {
        await jobs.DeleteAsync(run.Jobs, cancellationToken);
        Piece piece;
        do
        {
            piece = await runs.ShortenAsync(run, cancellationToken);
            await pace.RestAsync(piece, cancellationToken);
        }
        while (piece.Done > 0);
        return run with { Jobs = [] };
    }

    /// <summary>Another run may refer to the same value, and one that is about to begin may just have kept it.</summary>
    private async Task DeleteBlobsAsync(Guid workspaceId, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        foreach (var some in hashes.Chunk(100))
        {
            var used = await runs.FindUsedAsync(workspaceId, some, cancellationToken);
            foreach (var hash in some.Where(hash => !used.Contains(hash)))
            {
                blobs.DeleteIdle(workspaceId, hash, Now - BlobGrace);
            }
        }
    }
}
