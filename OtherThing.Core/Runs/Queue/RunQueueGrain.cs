using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using OtherThing.Core.Runs.Grains;

namespace OtherThing.Core.Runs.Queue;

/// <summary>Lets the queued runs of one workspace begin, in fair turns; asked only where a limit is set. Keyed by the workspace's id.</summary>
public interface IRunQueueGrain : IGrainWithGuidKey
{
    /// <summary>Says that a run was queued or has ended, or a limit changed.</summary>
    [OneWay]
    Task LookAsync();
}

/// <summary>
/// Keeps nothing but whose turn it was: what waits and what is under way is read from the database, so that a wrong count cannot stay.
/// </summary>
[Reentrant]
internal sealed partial class RunQueueGrain(IRunQueueStore queue, ILogger<RunQueueGrain> logger) : Grain, IRunQueueGrain
{
    /// <summary>While runs wait: for those that ended without saying so, because they had begun before there was a limit.</summary>
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private IGrainTimer? _timer;
    private Guid? _last;
    private bool _looking;
    private bool _again;

    public async Task LookAsync()
    {
        _again = true;
        if (_looking)
        {
            return; // whoever looks now looks once more
        }

        _looking = true;
        try
        {
            while (_again)
            {
                _again = false;
                await ReleaseAsync();
            }
        }
        catch (Exception exception)
        {
            LogFailed(exception, this.GetPrimaryKey());
        }
        finally
        {
            _looking = false;
        }
    }

    private async Task ReleaseAsync()
    {
        var workspaceId = this.GetPrimaryKey();
        var state = await queue.ReadAsync(workspaceId, CancellationToken.None);
        Watch(state.Flows.Count > 0);
        var turns = FairTurns.Next(state, _last);
        var oldest = new Dictionary<Guid, Queue<Guid>>();
        foreach (var turn in turns.GroupBy(flowId => flowId))
        {
            oldest[turn.Key] = new Queue<Guid>(await queue.OldestAsync(workspaceId, turn.Key, turn.Count(), CancellationToken.None));
        }

        foreach (var flowId in turns)
        {
            if (oldest[flowId].TryDequeue(out var runId))
            {
                // One after the other: what has begun is in the database before anything is counted again.
                await GrainFactory.GetGrain<IRunGrain>(runId).BeginQueuedAsync();
                (_last, _again) = (flowId, true);
            }
        }
    }

    private void Watch(bool waiting)
    {
        if (!waiting)
        {
            _timer?.Dispose();
            _timer = null;
        }
        else
        {
            _timer ??= this.RegisterGrainTimer(
                static (grain, _) => grain.LookAsync(), this, new GrainTimerCreationOptions(s_period, s_period) { Interleave = true, KeepAlive = true });
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The queue of workspace {WorkspaceId} could not be looked at; trying again")]
    private partial void LogFailed(Exception exception, Guid workspaceId);
}
