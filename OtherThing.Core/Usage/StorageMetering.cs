using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Live;

namespace OtherThing.Core.Usage;

/// <summary>Writes one storage entry per workspace and UTC day. Several servers may do it: the day is the call id, so one entry stays.</summary>
public sealed partial class StorageMetering(
    IStorageMeter meter, IUsageStore usage, ILiveFeed feed, TimeProvider clock, ILogger<StorageMetering> logger) : BackgroundService
{
    private static readonly TimeSpan s_afterStart = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_period = TimeSpan.FromHours(1);

    /// <summary>Measures now and writes the day's entries that are not written yet.</summary>
    /// <returns>How many were written.</returns>
    public async Task<int> MeasureAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var (written, callId) = (0, $"storage:{now:yyyy-MM-dd}");
        foreach (var (workspaceId, bytes) in await meter.MeasureAsync(callId, cancellationToken))
        {
            var draft = new UsageDraft
            {
                Type = UsageType.Storage,
                CallId = callId,
                Bytes = bytes,
                CostUnits = 0,
                CostStatus = CostStatus.Free,
            };
            if (await usage.TryAddAsync(UsageEntry.From(draft, workspaceId, null, null, null, null, null, now), cancellationToken))
            {
                written++;
                feed.Publish(Topic.Workspace(workspaceId), new UsageChanged());
            }
        }

        return written;
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
                await TryMeasureAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task TryMeasureAsync(CancellationToken stoppingToken)
    {
        try
        {
            await MeasureAsync(stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            // Storage is measured again in an hour; a database that is away for a moment must not end the loop.
            LogFailed(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage could not be measured")]
    private partial void LogFailed(Exception failure);
}
