using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs.Journal;

namespace OtherThing.Core.Jobs;

/// <summary>
/// Deletes ended jobs that were sent on their own, with their logs, as a workspace keeps its runs: by days and by number. Jobs of a run go
/// with their run (<see cref="RunPurge"/>).
/// </summary>
public sealed class JobPurge(IJobPurgeStore jobs, IRunPurgeStore runs, DeletionPace pace) : IRetentionRule
{
    /// <inheritdoc/>
    public string Deletes => "jobs past their workspace's retention, with their logs";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var (workspaceId, retention) in await runs.ListRetentionsAsync(cancellationToken))
        {
            var endedBefore = pace.Clock.GetUtcNow().UtcDateTime.AddDays(-retention.Days);
            var bounds = new ExpiryBounds(endedBefore, await jobs.FindBoundaryAsync(workspaceId, retention.Runs, cancellationToken));
            deleted += await DeleteAsync(workspaceId, bounds, cancellationToken);
        }

        return deleted;
    }

    /// <summary>Deletes the jobs of a workspace up to its bounds.</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="bounds">How far; null deletes all jobs, whether they have ended or not.</param>
    /// <param name="cancellationToken">Gives up; what has gone is gone.</param>
    /// <returns>How many went.</returns>
    public async Task<int> DeleteAsync(Guid workspaceId, ExpiryBounds? bounds, CancellationToken cancellationToken)
    {
        var (deleted, after) = (0, (Cursor?)null);
        do
        {
            (var expired, after) = await jobs.FindExpiredAsync(workspaceId, bounds, after, cancellationToken);
            deleted += await DeleteAsync(expired, cancellationToken);
        }
        while (after is not null);
        return deleted;
    }

    /// <summary>Deletes these jobs.</summary>
    /// <returns>How many there were.</returns>
    internal async Task<int> DeleteAsync(IReadOnlyList<ExpiredJob> expired, CancellationToken cancellationToken)
    {
        foreach (var job in expired.Where(job => job.LogBytes > ExpiredJob.MostBytes))
        {
            Piece piece;
            do
            {
                piece = await jobs.ShortenAsync(job, cancellationToken);
                await pace.RestAsync(piece, cancellationToken);
            }
            while (piece.Done > 0);
        }

        for (var done = 0; done < expired.Count;)
        {
            var piece = await jobs.DeleteAsync([.. expired.Skip(done)], cancellationToken);
            done += piece.Done;
            await pace.RestAsync(piece, cancellationToken);
        }

        return expired.Count;
    }
}
