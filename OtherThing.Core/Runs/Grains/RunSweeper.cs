using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Runs.Queue;

namespace OtherThing.Core.Runs.Grains;

/// <summary>Finds runs that nobody owns or whose time has come, and wakes them. The first round after a start takes all that have not ended.</summary>
internal sealed partial class RunSweeper(IRunStore runs, IRunQueueStore queue, IGrainFactory grains, TimeProvider clock, ILogger<RunSweeper> logger)
    : BackgroundService
{
    private const int Round = 500;

    /// <summary>A queue looks after itself while its process lives; this is for those whose process died.</summary>
    private const int RoundsPerQueueLook = 30;

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, clock);
        var started = clock.GetUtcNow().UtcDateTime;
        var (first, round) = (true, 0);
        try
        {
            do
            {
                if (round++ % RoundsPerQueueLook == 0)
                {
                    await LookAtQueuesAsync(stoppingToken);
                }

                if (first)
                {
                    await WakeWaitingAsync(stoppingToken);
                }

                first = !await SweepAsync(first ? started + TimeSpan.FromMinutes(2) : clock.GetUtcNow().UtcDateTime, stoppingToken) && first;
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A quiet end.
        }
    }

    /// <returns>True when the round went through.</returns>
    private async Task<bool> SweepAsync(DateTime dueBy, CancellationToken cancellationToken)
    {
        try
        {
            var due = await runs.FindDueAsync(dueBy, Round, cancellationToken);
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
                async (runId, _) => await WakeAsync(runId));
            return due.Count < Round;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogRoundFailed(exception);
            return false;
        }
    }

    /// <summary>
    /// Once, after the start: a run may have been killed between the commit that it waits and the question it waits for, which stands in no
    /// other row. Each run that waits is woken and asks again what is not asked; newest first.
    /// </summary>
    private async Task WakeWaitingAsync(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<Guid> waiting;
            Guid? before = null;
            do
            {
                waiting = await runs.FindWaitingAsync(before, Round, cancellationToken);
                await Parallel.ForEachAsync(
                    waiting,
                    new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
                    async (runId, _) => await WakeAsync(runId));
                before = waiting.Count > 0 ? waiting[^1] : null;
            }
            while (waiting.Count == Round);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogRoundFailed(exception);
        }
    }

    private async Task LookAtQueuesAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var workspaceId in await queue.WorkspacesAsync(cancellationToken))
            {
                await grains.GetGrain<IRunQueueGrain>(workspaceId).LookAsync();
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogRoundFailed(exception);
        }
    }

    private async Task WakeAsync(Guid runId)
    {
        try
        {
            await grains.GetGrain<IRunGrain>(runId).WakeAsync();
        }
        catch (Exception exception)
        {
            LogWakeFailed(exception, runId);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The search for runs to wake failed; trying again")]
    private partial void LogRoundFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} could not be woken; trying again")]
    private partial void LogWakeFailed(Exception exception, Guid runId);
}
