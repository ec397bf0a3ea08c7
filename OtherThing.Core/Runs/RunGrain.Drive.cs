using System.Text.Json;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs;

/// <summary>Drives the machine: what happens goes in one at a time, and what follows is on disk before anybody hears of it.</summary>
internal sealed partial class RunGrain
{
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} stopped on a fault of the server; it goes on from its journal")]
    private partial void LogFailed(Exception exception, Guid runId);
}
