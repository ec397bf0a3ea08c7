using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs.Grains;

/// <summary>
/// Owns a run: feeds the machine, starts steps, writes the journal, says what happened. In memory for speed, in the database for
/// truth: when its process dies another activation rebuilds the machine from the journal and goes on.
/// </summary>
[Reentrant]
internal sealed partial class RunGrain(
    RunSource source, RunJournal journal, StepRunner steps, UsageRecorder usage, Approvals.ApprovalDesk approvals, RunTurns turns, ILiveFeed feed,
    TimeProvider clock, ILogger<RunGrain> logger) : Grain, IRunGrain
{
    /// <summary>After this long without a commit the sweeper looks whether the owner still lives.</summary>
    private static readonly TimeSpan s_ownerSilence = TimeSpan.FromMinutes(1);

    /// <summary>What waits in a paused run waits for a person.</summary>
    private static readonly TimeSpan s_whilePaused = TimeSpan.FromHours(1);

    /// <summary>Nobody has to look at a queued run: the queue does.</summary>
    private static readonly TimeSpan s_untilItsTurn = TimeSpan.FromDays(36_500);

    private readonly Queue<(Action<FlowMachine> Act, TaskCompletionSource<bool> Done)> _inbox = new();
    private readonly Dictionary<string, CancellationTokenSource> _attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IGrainTimer> _timers = new(StringComparer.Ordinal);
    private readonly List<UsageEntry> _usage = [];
    private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Run? _run;
    private FlowMachine? _machine;
    private Task? _restoring;
    private Task<Run>? _starting;
    private bool _isNew;
    private bool _driving;
    private bool _stopping;
    private int? _calls;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public Task<RunAnswer> StartAsync(StartRun start) => RunAsync(start, TimeSpan.Zero);

    public async Task<RunAnswer> RunAsync(StartRun start, TimeSpan limit)
    {
        Run run;
        try
        {
            run = await BeginAsync(start);
        }
        catch (RowRefusedException refused)
        {
            return new RunAnswer(this.GetPrimaryKey(), RunStatus.Failed, null, refused.Message);
        }

        if (!run.Status.IsFinal() && limit > TimeSpan.Zero)
        {
            await WaitAsync(limit);
            run = _run ?? await source.FindAsync(run.Id) ?? run;
        }

        return new RunAnswer(run.Id, run.Status, run.Output?.Text);
    }

    public async Task<bool> BeginQueuedAsync()
    {
        await WakeAsync();
        if (_machine is null || _run!.Status != RunStatus.Queued)
        {
            return false;
        }

        return await PostAsync(machine => machine.Start(Now));
    }

    public async Task<bool> WaitAsync(TimeSpan limit)
    {
        await WakeAsync();
        if (_machine is null)
        {
            return true; // ended before this activation
        }

        try
        {
            await _ended.Task.WaitAsync(limit, clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async Task<bool> CancelAsync()
    {
        await WakeAsync();
        if (await HasEndedAsync())
        {
            return false;
        }

        await PostAsync(machine => machine.Cancel(Now));
        return _run!.Status == RunStatus.Cancelled; // false also when another owner has to be told
    }

    public async Task<bool> AbortAsync(string code, string message)
    {
        await WakeAsync();
        if (await HasEndedAsync())
        {
            return false;
        }

        await PostAsync(machine => machine.Abort(new StepError(code, message), Now));
        return _run!.Status == RunStatus.Failed;
    }

    public async Task HandOverAsync(Guid toUserId)
    {
        await WakeAsync(); // a run that had to be restored reads the row
        if (!await HasEndedAsync())
        {
            // Between two commits: one under way would put back what it read before.
            await PostAsync(_ => _run = _run! with { StartedBy = toUserId });
        }
    }

    public async Task<RunStatus?> HoldAsync(bool paused)
    {
        await WakeAsync();
        if (await HasEndedAsync())
        {
            return null;
        }

        if (_machine!.Status != RunStatus.Queued && !await PostAsync(machine =>
            {
                if (paused)
                {
                    machine.Pause();
                }
                else
                {
                    machine.Resume(Now); // at once, place or not: a person asks for this one run and sees what comes of it
                }
            }))
        {
            return null;
        }

        return _run!.Status;
    }

    public async Task<bool> AdmitCallAsync()
    {
        await WakeAsync();
        if (await HasEndedAsync())
        {
            return false;
        }

        // Another call may have been counted while the database was asked.
        var known = _calls is null ? await source.CountCalledAsync(_run!.Id) : 0;
        _calls ??= known;
        if (_calls < source.MostCalls)
        {
            _calls++;
            return true;
        }

        await PostAsync(machine => machine.Abort(RunErrors.TooManyCalls(source.MostCalls), Now));
        return false;
    }

    /// <summary>True when there is nothing to say any more; an end that is just being written is waited for, so that the row says it too.</summary>
    private async Task<bool> HasEndedAsync()
    {
        if (_machine is { } machine && machine.Status.IsFinal())
        {
            await _ended.Task;
        }

        return _machine is null || _machine.Status.IsFinal();
    }

    public async Task WakeAsync()
    {
        if (_machine is null)
        {
            var restoring = _restoring ??= RestoreAsync();
            try
            {
                await restoring;
            }
            finally
            {
                if (_restoring == restoring && _machine is null)
                {
                    _restoring = null; // ended, somebody was faster, or the database did not answer: the next call tries again
                }
            }
        }
        else if (!_driving && !_run!.Status.IsFinal() && _run.WakeAt <= Now)
        {
            await PostAsync(machine => Elapse(machine)); // and says to the sweeper that the owner lives
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _stopping = true;
        // The process stops or the run moves: what is at work here is let go, and the next owner goes on from the journal.
        foreach (var attempt in _attempts.Values)
        {
            attempt.Dispose();
        }

        OweTheRest();
        return Task.CompletedTask;
    }
}
