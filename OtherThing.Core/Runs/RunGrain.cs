using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs;

/// <summary>
/// Owns a run: feeds the machine, starts steps, writes the journal, says what happened. In memory for speed, in the database for
/// truth: when its process dies another activation rebuilds the machine from the journal and goes on.
/// </summary>
[Reentrant]
internal sealed partial class RunGrain(
    IRunStore runs, RunJournal journal, FlowPlans plans, RunFactsReader facts, StepRunner steps, UsageRecorder usage, Approvals.ApprovalDesk approvals,
    ILiveFeed feed, TimeProvider clock, ILogger<RunGrain> logger) : Grain, IRunGrain
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

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task<RunStatus> StartAsync(StartRun start) => (await BeginAsync(start)).Status;

    public async Task<RunAnswer> RunAsync(StartRun start, TimeSpan limit)
    {
        var run = await BeginAsync(start);
        if (!run.Status.IsFinal() && limit > TimeSpan.Zero)
        {
            await WaitAsync(limit);
            run = _run ?? await runs.FindAsync(run.Id, CancellationToken.None) ?? run;
        }

        return new RunAnswer(run.Id, run.Status, run.Output);
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
                    machine.Resume(Now);
                }
            }))
        {
            return null;
        }

        return _run!.Status;
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
        // The process stops or the run moves: what is at work here is let go, and the next owner goes on from the journal.
        foreach (var attempt in _attempts.Values)
        {
            attempt.Dispose();
        }

        return Task.CompletedTask;
    }

    /// <summary>Calls interleave: of several with the same id the first starts it, the others wait for that.</summary>
    private async Task<Run> BeginAsync(StartRun start)
    {
        if (_starting is null && _run is { } known)
        {
            return known;
        }

        var starting = _starting ??= StartOnceAsync(start);
        try
        {
            var started = await starting;
            return _run ?? started;
        }
        catch
        {
            (_starting, _run) = (null, null);
            throw;
        }
    }

    private async Task<Run> StartOnceAsync(StartRun start)
    {
        if (start.MayExist && await runs.FindAsync(this.GetPrimaryKey(), CancellationToken.None) is { } known)
        {
            return known;
        }

        var plan = await plans.GetAsync(start.FlowId, start.FlowVersion, start.OnlyStep, CancellationToken.None);
        var now = Now;
        _isNew = true;
        _run = new Run
        {
            Id = this.GetPrimaryKey(),
            WorkspaceId = start.WorkspaceId,
            FlowId = start.FlowId,
            FlowName = start.FlowName,
            FlowVersion = start.FlowVersion,
            Status = RunStatus.Queued,
            Trigger = start.Trigger,
            TriggerStepId = start.TriggerStepId,
            StartedBy = start.StartedBy,
            RerunOf = start.RerunOf,
            ParentRunId = start.ParentRunId,
            ParentPath = start.ParentPath,
            Depth = start.Depth,
            OnlyStep = start.OnlyStep,
            Givens = start.Givens,
            Input = start.Input,
            CreatedAt = now,
            StartedAt = start.Limited ? null : now,
            TimeoutSeconds = start.TimeoutSeconds,
            Limited = start.Limited,
            Fence = 1,
            CostUnits = 0,
        };
        IReadOnlyList<StepRun>? memory = start.RerunOf is { } earlier ? await RunHistory.TakeOverAsync(runs, plan, earlier, start.TakeOver) : null;
        var roots = await facts.ReadAsync(_run, plan);
        if (!start.Limited)
        {
            _machine = new FlowMachine(plan, roots, memory, takingOver: memory is not null);
            await PostAsync(machine => machine.Start(now));
            return _run;
        }

        // Until its turn comes, perhaps in another process: what is taken over is written down now and remembered then.
        memory = [.. (memory ?? []).Select(step => step with { TakenOver = true })];
        _machine = new FlowMachine(plan, roots, memory);
        await PostAsync(machine => machine.TakeDown(memory));
        await GrainFactory.GetGrain<IRunQueueGrain>(start.WorkspaceId).LookAsync();
        return _run;
    }

    private async Task RestoreAsync()
    {
        if (await runs.TakeOwnershipAsync(this.GetPrimaryKey(), CancellationToken.None) is not { } run)
        {
            _restoring = null;
            DeactivateOnIdle(); // ended, or never was
            return;
        }

        var plan = await plans.GetAsync(run.FlowId, run.FlowVersion, run.OnlyStep, CancellationToken.None);
        var memory = RunHistory.Fold(await runs.ReadJournalAsync(run.Id, 0, CancellationToken.None));
        // The caller may have ended while the server was down: nobody waits for this any more.
        var orphaned = run.ParentRunId is { } parentId && (await runs.FindAsync(parentId, CancellationToken.None))?.Status.IsFinal() == true;
        var roots = await facts.ReadAsync(run, plan);
        if (_ended.Task.IsCompleted)
        {
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously); // let go before, and owned again
        }

        _run = run;
        _machine = new FlowMachine(plan, roots, memory, paused: run.Paused);
        if (run.Status == RunStatus.Queued)
        {
            return; // its turn has not come
        }

        LogRestored(run.Id, memory.Count);
        await PostAsync(machine =>
        {
            machine.Start(Now);
            if (orphaned)
            {
                machine.Cancel(Now);
            }
        });
        foreach (var stopped in memory.Where(step => step is { ChildRunId: not null, Status: StepRunStatus.Cancelled or StepRunStatus.Failed, TakenOver: false }))
        {
            await GrainFactory.GetGrain<IRunGrain>(stopped.ChildRunId!.Value).CancelAsync(); // may have been cut off before it was said
        }
    }

    /// <summary>Lets something happen to the machine; done once what follows from it is on disk.</summary>
    /// <returns>False when it does not count, because the run has another owner or its write failed: the next owner has to be told.</returns>
    private async Task<bool> PostAsync(Action<FlowMachine> act)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inbox.Enqueue((act, done));
        if (!_driving)
        {
            await DriveAsync();
        }

        return await done.Task;
    }

    private async Task DriveAsync()
    {
        _driving = true;
        var waiting = new List<TaskCompletionSource<bool>>();
        try
        {
            while (_inbox.Count > 0)
            {
                while (_inbox.TryDequeue(out var next))
                {
                    waiting.Add(next.Done);
                    next.Act(_machine!);
                }

                var records = _machine!.TakeRecords();
                var commands = _machine.TakeCommands();
                if (!await CommitAsync(records))
                {
                    LetGo();
                    break;
                }

                Carry(commands);
                waiting.ForEach(static done => done.TrySetResult(true));
                waiting.Clear();
            }
        }
        catch (Exception exception)
        {
            LogFailed(exception, _run!.Id);
            waiting.ForEach(done => done.TrySetException(exception));
            waiting.Clear();
            LetGo(); // the sweeper wakes the run again, from what is on disk
            throw;
        }
        finally
        {
            // Let go: whoever waits must not wait for ever, also not for what came while the last commit was under way.
            _driving = false;
            waiting.ForEach(static done => done.TrySetResult(false));
            while (_inbox.TryDequeue(out var late))
            {
                late.Done.TrySetResult(false);
            }
        }
    }

    private async Task<bool> CommitAsync(List<StepRun> records)
    {
        var (machine, now) = (_machine!, Now);
        var ended = machine.Status.IsFinal();
        var next = _run! with
        {
            Status = machine.Status,
            Paused = machine.Paused && !ended,
            Output = machine.Status == RunStatus.Succeeded ? machine.Output.GetRawText() : null,
            Error = machine.Error is { } error ? JsonSerializer.Serialize(error, Json.Options) : null,
            StartedAt = _run.StartedAt ?? (machine.Status == RunStatus.Queued ? null : now),
            FinishedAt = ended ? now : null,
            WakeAt = ended ? null : NextLook(now),
            LastSequence = records.Count > 0 ? _run.LastSequence + 1 : _run.LastSequence,
            Tokens = _run.Tokens + records.Sum(record => record.Usage?.Tokens ?? 0),
            CostUnits = Add(_run.CostUnits, records),
        };
        var write = new RunWrite
        {
            Run = next,
            IsNew = _isNew,
            Entry = records.Count == 0 ? null : new RunJournalEntry
            {
                RunId = next.Id,
                Sequence = next.LastSequence,
                At = now,
                Steps = JsonSerializer.SerializeToUtf8Bytes(records, Json.Options),
            },
            Usage = _usage.Count == 0 ? [] : [.. _usage],
        };
        _usage.Clear();
        if (!await journal.CommitAsync(write))
        {
            return false;
        }

        var changed = _isNew || next.Status != _run.Status || next.Paused != _run.Paused;
        (_run, _isNew) = (next, false);
        feed.Publish(Topic.Run(next.Id), "run.committed", new RunCommitted(next.LastSequence, next.Status, records, next.Paused));
        if (changed)
        {
            feed.Publish(Topic.Workspace(next.WorkspaceId), "runs.changed");
        }

        if (ended)
        {
            RunTelemetry.Ended(next);
            _ended.TrySetResult();
            if (next.Limited)
            {
                await GrainFactory.GetGrain<IRunQueueGrain>(next.WorkspaceId).LookAsync(); // the next one's turn
            }

            DeactivateOnIdle();
        }

        return true;
    }

    /// <summary>A run with a call that has no price has no price itself.</summary>
    private static long? Add(long? sum, List<StepRun> records)
    {
        foreach (var record in records)
        {
            sum = record.Usage is { } used ? sum + used.CostUnits : sum;
        }

        return sum;
    }

    private DateTime NextLook(DateTime now)
    {
        if (_machine!.Status == RunStatus.Queued)
        {
            return now + s_untilItsTurn;
        }

        var look = _machine.Paused ? now + s_whilePaused
            : _machine.Status == RunStatus.Waiting && _machine.NextDue is { } due && due > now ? due : now + s_ownerSilence;
        return DeadlineFrom(now) is { } deadline && deadline > now && deadline < look ? deadline : look;
    }

    /// <summary>When the run's time is up; it begins now at the latest.</summary>
    private DateTime? DeadlineFrom(DateTime now) => _run!.TimeoutSeconds is { } seconds ? (_run.StartedAt ?? now).AddSeconds(seconds) : null;

    private void Elapse(FlowMachine machine)
    {
        var now = Now;
        if (_run!.Deadline <= now)
        {
            machine.Abort(new StepError("run.timeout", $"The run took longer than the {_run.TimeoutSeconds:N0} s its flow allows."), now);
        }
        else
        {
            machine.ElapseDue(now);
        }
    }

    private void LetGo()
    {
        (_machine, _restoring) = (null, null); // first, so that the attempts know that they are handed over
        foreach (var attempt in _attempts.Values)
        {
            attempt.Cancel();
        }

        _attempts.Clear();
        foreach (var timer in _timers.Values)
        {
            timer.Dispose();
        }

        _timers.Clear();
        _watchesDeadline = false;
        _ended.TrySetResult();
        DeactivateOnIdle();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} goes on from {Steps} recorded steps")]
    private partial void LogRestored(Guid runId, int steps);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} stopped on a fault of the server; it goes on from its journal")]
    private partial void LogFailed(Exception exception, Guid runId);
}
