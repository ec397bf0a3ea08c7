using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OtherThing.Core.Runs;

/// <summary>
/// The only writer of run state: a single lane that commits many runs' transitions in one transaction (group commit). While one
/// commit is synced to disk the next group gathers, so more load makes larger groups and not more syncs.
/// </summary>
public sealed partial class RunJournal(IRunJournalStore store, RunValues values, ILogger<RunJournal> logger) : BackgroundService
{
    private const int LargestGroup = 512;

    // Bounded: when the disk cannot keep up the runs wait, and with them whoever starts more.
    private readonly Channel<RunWrite> _lane = Channel.CreateBounded<RunWrite>(
        new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Commits a run's transition together with whatever else is waiting.</summary>
    /// <returns>True once it is on disk; false when another owner or a final state was in the way.</returns>
    public async Task<bool> CommitAsync(RunWrite write)
    {
        // Before the lane: large values are on disk when the commit refers to them, and nobody else waits for that.
        write = await values.ShrinkAsync(write, CancellationToken.None);
        if (!_lane.Writer.TryWrite(write))
        {
            await _lane.Writer.WriteAsync(write);
        }

        return await write.Done.Task;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _lane.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(RunLaneAsync, CancellationToken.None);

    private async Task RunLaneAsync()
    {
        var group = new List<RunWrite>(LargestGroup);
        while (await _lane.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < LargestGroup && _lane.Reader.TryRead(out var write))
            {
                group.Add(write);
            }

            await CommitGroupAsync(group);
        }
    }

    private async Task CommitGroupAsync(List<RunWrite> group)
    {
        try
        {
            var applied = await store.CommitAsync(group, CancellationToken.None);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Done.TrySetResult(applied[i]);
            }
        }
        catch (Exception exception) when (group.Count == 1)
        {
            LogFailed(exception, group[0].Run.Id);
            group[0].Done.TrySetException(exception);
        }
        catch (Exception exception)
        {
            // One bad row must not take the others with it: each gets a transaction of its own.
            LogGroupFailed(exception, group.Count);
            foreach (var write in group.ToArray())
            {
                await CommitGroupAsync([write]);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} could not be written")]
    private partial void LogFailed(Exception exception, Guid runId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A group of {Count} runs could not be written together; trying one by one")]
    private partial void LogGroupFailed(Exception exception, int count);
}
