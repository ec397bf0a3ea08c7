using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Queue;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs.Grains;

/// <summary>Drives the machine: what happens goes in one at a time, and what follows is on disk before anybody hears of it.</summary>
internal sealed partial class RunGrain
{
    /// <summary>So much is written at once at the most, in bytes: less than what has to be looked through for large values.</summary>
    private const int LargestCommit = 192 * 1024;

    /// <summary>For so long a run that works without a pause writes nothing.</summary>
    private static readonly TimeSpan s_longestUnwritten = TimeSpan.FromMilliseconds(250);

    /// <summary>An activation that works is not idle, even if nobody asks.</summary>
    private static readonly TimeSpan s_longestWork = TimeSpan.FromMinutes(10);

    /// <summary>Lets something happen to the machine; done once what follows from it is on disk.</summary>
    /// <returns>False when it does not count, because the run has another owner or its write failed: the next owner has to be told.</returns>
    private async Task<bool> PostAsync(Action<FlowMachine> act)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inbox.Enqueue((act, done));
        if (!_driving)
        {
            _ = DriveAsync(); // it may have more to do than what this caller waits for
        }

        return await done.Task;
    }

    private async Task DriveAsync()
    {
        _driving = true;
        var waiting = new List<TaskCompletionSource<bool>>();
        try
        {
            while (_inbox.Count > 0 || _machine is { Unfinished: true })
            {
                var asked = _inbox.Count > 0;
                while (_inbox.TryDequeue(out var next))
                {
                    waiting.Add(next.Done);
                    next.Act(_machine!);
                }

                // The first turn follows at once what happened, so that nearly all runs know nothing of turns.
                var machine = _machine!;
                if (machine.Unfinished)
                {
                    await WorkOnAsync(machine, first: asked);
                    if (_machine != machine || _stopping)
                    {
                        break;
                    }
                }

                var records = machine.TakeRecords();
                var commands = machine.TakeCommands();
                if (!await CommitAsync(records, commands))
                {
                    LetGo();
                    break;
                }

                Carry(commands);
                waiting.ForEach(static done => done.TrySetResult(true));
                waiting.Clear();
            }
        }
        catch (RowRefusedException refused) when (_isNew)
        {
            LogNeverKept(refused.Message, _run!.Id);
            waiting.ForEach(done => done.TrySetException(refused));
            waiting.Clear();
            LetGo();
        }
        catch (Exception exception)
        {
            LogFailed(exception, _run!.Id);
            waiting.ForEach(done => done.TrySetException(exception));
            waiting.Clear();
            LetGo(); // the sweeper wakes the run again, from what is on disk
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

            RestIfIdle();
        }
    }

    /// <summary>
    /// Lets the machine go on until it is through, somebody has something to say to the run, or there is enough to write down. Between
    /// two turns others have theirs: what this run hears, what other runs do, and what pages ask.
    /// </summary>
    private async Task WorkOnAsync(FlowMachine machine, bool first)
    {
        var since = clock.GetTimestamp();
        DelayDeactivation(s_longestWork);
        while (machine.Unfinished && _inbox.Count == 0 && machine.RecordedBytes < LargestCommit && !_stopping
            && clock.GetElapsedTime(since) < s_longestUnwritten)
        {
            if (!first)
            {
                await turns.BeginLongAsync(_run!.WorkspaceId);
            }

            try
            {
                var began = Stopwatch.GetTimestamp();
                while (machine.Unfinished && machine.RecordedBytes < LargestCommit && Stopwatch.GetElapsedTime(began) < turns.Turn)
                {
                    machine.Continue(Now);
                }
            }
            finally
            {
                if (!first)
                {
                    turns.EndLong();
                }
            }

            if (first)
            {
                return; // whoever began or told something gets the answer, and the run can be seen
            }

            await Task.Yield();
        }
    }

    private async Task<bool> WriteAsync(List<StepRun> records, UsageEntry[] used, RunStatus status, StepError? failure)
    {
        var (machine, now) = (_machine!, Now);
        var ended = status.IsFinal();
        var next = _run! with
        {
            Status = status,
            Paused = machine.Paused && !ended,
            Output = status == RunStatus.Succeeded ? RunValue.Of(machine.Output.GetRawText()) : null,
            Error = failure is { } error ? JsonSerializer.Serialize(error, Json.Options) : null,
            StartedAt = _run.StartedAt ?? (status == RunStatus.Queued ? null : now),
            FinishedAt = ended ? now : null,
            WakeAt = ended ? null : NextLook(now),
            LastSequence = records.Count > 0 ? _run.LastSequence + 1 : _run.LastSequence,
            StepRuns = machine.StepRuns,
            Tokens = _run.Tokens + records.Sum(record => record.Usage?.Tokens ?? 0),
            // A run with a call that has no price has no price itself.
            CostUnits = (Cost.Of(_run.CostUnits) + Cost.Sum(records.Where(record => record.Usage is not null).Select(record => record.Usage!.Cost))).Units,
        };
        if (!await KeepAsync(next, records, used, now))
        {
            return false;
        }

        var changed = _isNew || next.Status != _run.Status || next.Paused != _run.Paused;
        (_run, _isNew) = (next, false);
        feed.Publish(Topic.Run(next.Id), new RunCommitted(next.LastSequence, next.Status, records, next.Paused));
        if (changed)
        {
            feed.Publish(Topic.Workspace(next.WorkspaceId), new RunsChanged());
        }

        if (used.Length > 0)
        {
            feed.Publish(Topic.Workspace(next.WorkspaceId), new UsageChanged());
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
        else if (Place is { Held: false })
        {
            _ = GoOnAsync(later => later.ElapseDue(Now)); // whoever looks does not wait for the place
        }
        else
        {
            machine.ElapseDue(now);
        }
    }

    private void LetGo()
    {
        (_machine, _restoring) = (null, null); // first, so that the attempts know that they are handed over
        OweTheRest();
        foreach (var attempt in _attempts.Values)
        {
            attempt.Cancel();
        }

        _attempts.Clear();
        _onlyWaiting.Clear();
        foreach (var timer in _timers.Values)
        {
            timer.Dispose();
        }

        _timers.Clear();
        _watchesDeadline = false;
        _ended.TrySetResult();
        DeactivateOnIdle();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} was not started, for it cannot be written down: {Reason}")]
    private partial void LogNeverKept(string reason, Guid runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} hit an internal error and will resume from its journal")]
    private partial void LogFailed(Exception exception, Guid runId);
}
