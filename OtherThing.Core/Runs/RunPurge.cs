using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Live;

namespace OtherThing.Core.Runs;

/// <summary>
/// Deletes what workspaces do not keep any more, in small batches so that runs need not wait for it: ended runs past their retention,
/// then blobs that no run refers to and refused rows put aside long ago. Never a run that lives; never usage or audit. Several servers may do it at once.
/// </summary>
public sealed partial class RunPurge(IRunPurgeStore runs, IBlobStore blobs, ILiveFeed feed, TimeProvider clock, ILogger<RunPurge> logger) : BackgroundService
{
    /// <summary>Runs deleted in one transaction.</summary>
    public const int Batch = 100;

    private static readonly TimeSpan s_afterStart = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_period = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>A blob younger than this may belong to a commit that is on its way.</summary>
    private static readonly TimeSpan s_blobGrace = TimeSpan.FromHours(1);

    /// <summary>For so long what the database refused is kept, unless its run goes before.</summary>
    private static readonly TimeSpan s_refusedKept = TimeSpan.FromDays(30);

    /// <summary>Deletes now.</summary>
    /// <returns>How many runs and blobs went.</returns>
    public async Task<(int Runs, int Blobs)> PurgeAsync(CancellationToken cancellationToken)
    {
        var deletedRuns = 0;
        foreach (var (workspaceId, retention) in await runs.ListRetentionsAsync(cancellationToken))
        {
            deletedRuns += await PurgeRunsAsync(workspaceId, retention, cancellationToken);
        }

        var deletedBlobs = 0;
        foreach (var workspaceId in blobs.ListWorkspaces())
        {
            deletedBlobs += await PurgeBlobsAsync(workspaceId, cancellationToken);
        }

        await runs.DeleteRefusedAsync(clock.GetUtcNow().UtcDateTime - s_refusedKept, cancellationToken);
        if (deletedRuns + deletedBlobs > 0)
        {
            LogPurged(deletedRuns, deletedBlobs);
        }

        return (deletedRuns, deletedBlobs);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(s_afterStart, clock, stoppingToken);
            using var timer = new PeriodicTimer(s_period, clock);
            do
            {
                await TryPurgeAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task TryPurgeAsync(CancellationToken stoppingToken)
    {
        try
        {
            await PurgeAsync(stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(failure);
        }
    }

    private async Task<int> PurgeRunsAsync(Guid workspaceId, RunRetention retention, CancellationToken cancellationToken)
    {
        var (deleted, endedBefore) = (0, clock.GetUtcNow().UtcDateTime.AddDays(-retention.Days));
        while (await runs.FindExpiredAsync(workspaceId, endedBefore, retention.Runs, Batch, cancellationToken) is { Count: > 0 } expired)
        {
            var gone = await runs.DeleteAsync(workspaceId, expired, cancellationToken);
            deleted += gone;
            if (expired.Count < Batch || gone == 0)
            {
                break;
            }

            await Task.Delay(s_pause, clock, cancellationToken);
        }

        if (deleted > 0)
        {
            feed.Publish(Topic.Workspace(workspaceId), "runs.changed");
        }

        return deleted;
    }

    private async Task<int> PurgeBlobsAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        var (deleted, before) = (0, clock.GetUtcNow().UtcDateTime - s_blobGrace);
        foreach (var idle in blobs.ListIdle(workspaceId, before).Chunk(Batch))
        {
            var used = await runs.FindUsedAsync(workspaceId, idle, cancellationToken);
            deleted += idle.Count(hash => !used.Contains(hash) && blobs.DeleteIdle(workspaceId, hash, before));
        }

        return deleted;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Runs} runs past their retention and {Blobs} large values nobody refers to")]
    private partial void LogPurged(int runs, int blobs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old runs could not be deleted; trying again in an hour")]
    private partial void LogFailed(Exception failure);
}
