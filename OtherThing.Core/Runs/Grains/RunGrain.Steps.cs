using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Runs.Grains;

/// <summary>Carries out what the machine commands: attempts and timers.</summary>
internal sealed partial class RunGrain
{
    /// <summary>No step has this path: the run's own time.</summary>
    private const string DeadlinePath = "";

    private bool _watchesDeadline;

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    private void Carry(List<MachineCommand> commands)
    {
        if (_run!.Deadline is { } deadline && !_watchesDeadline && !_run.Status.IsFinal())
        {
            _watchesDeadline = true;
            SetTimer(new StartTimer(DeadlinePath, deadline));
        }

        foreach (var command in commands)
        {
            switch (command)
            {
                case AskPerson ask:
                    if (!commands.Any(other => other is StopAttempt stop && stop.Path == ask.Path))
                    {
                        _ = AskAsync(ask);
                    }

                    break;
                case StartAttempt start when !commands.Any(other => other is StopAttempt stop && stop.Path == start.Path):
                    _ = RunAttemptAsync(start);
                    break;
                case StartTimer timer when !commands.Any(other => other is StopAttempt stop && stop.Path == timer.Path):
                    SetTimer(timer);
                    break;
                case StopAttempt stop:
                    if (_attempts.Remove(stop.Path, out var attempt))
                    {
                        attempt.Cancel();
                        _onlyWaiting.Remove(stop.Path);
                    }

                    if (_timers.Remove(stop.Path, out var set))
                    {
                        set.Dispose();
                    }

                    if (_asked.Remove(stop.Path, out var approvalId))
                    {
                        _ = approvals.WithdrawAsync(_run.WorkspaceId, approvalId);
                    }

                    break;
            }
        }
    }

    private async Task RunAttemptAsync(StartAttempt start)
    {
        // Longer than any collection age: an activation with work outside is not idle.
        DelayDeactivation(start.Step.Timeout + TimeSpan.FromMinutes(5));
        using var cancellation = new CancellationTokenSource();
        _attempts[start.Path] = cancellation;
        var owner = _machine;
        var outcome = await steps.ExecuteAsync(_run!, start, () => _machine != owner, OnlyWaits(start.Path, cancellation), cancellation.Token);
        var rested = false;
        if (_attempts.GetValueOrDefault(start.Path) == cancellation)
        {
            _attempts.Remove(start.Path);
            rested = _onlyWaiting.Remove(start.Path);
        }

        if (outcome is null)
        {
            return; // the process stops; the next owner finds the attempt at work
        }

        var entries = usage.Entries(_run!, start.Path, outcome.Usage, Now);
        if (_machine is null || _machine.Status.IsFinal())
        {
            usage.Owe(entries); // what was used is owed, even when the result counts no more
            return;
        }

        _usage.AddRange(entries);
        Action<FlowMachine> complete = machine => machine.Complete(start.Path, start.Attempt, outcome, Now);
        await (rested ? GoOnAsync(complete) : PostAsync(complete));
    }

    private void SetTimer(StartTimer timer)
    {
        var wait = timer.Due - Now;
        if (wait > TimeSpan.FromMinutes(10))
        {
            return; // the activation may go; the sweeper wakes the run when it is due
        }

        if (_timers.Remove(timer.Path, out var earlier))
        {
            earlier.Dispose();
        }

        _timers[timer.Path] = this.RegisterGrainTimer(
            static async (state, _) =>
            {
                var (grain, set) = state;
                if (!grain._timers.Remove(set.Path, out var done))
                {
                    return;
                }

                done.Dispose();
                if (grain.Now < set.Due)
                {
                    grain.SetTimer(set); // timers and the clock differ by a little: not yet
                }
                else if (set.Path == DeadlinePath)
                {
                    await grain.PostAsync(grain.Elapse);
                }
                else
                {
                    await grain.GoOnAsync(machine => machine.Elapse(set.Path, grain.Now));
                }
            },
            (this, timer),
            new GrainTimerCreationOptions(wait > s_shortest ? wait : s_shortest, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
    }
}
