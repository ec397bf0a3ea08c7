using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.Attempts.Kinds;
using OtherThing.Agent.Leftovers;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>
/// Every attempt this node has promised and not been released from. Starts one only after the server has acknowledged its acceptance,
/// and keeps its result until the server has it.
/// </summary>
internal sealed partial class AttemptBook(
    AttemptJournal journal, AttemptRunner runner, Capacity capacity, NodeTerms terms, DataDirectory data, Janitor janitor, ILogger logger,
    CancellationToken stopping) : IAttemptEvents
{
    private readonly ConcurrentDictionary<string, Attempt> _attempts = [];
    private readonly ILogger _logger = logger;

    /// <summary>Takes what should go to the server. While there is no session it goes nowhere: the next Hello tells all of it.</summary>
    internal Action<NodeFrame> Send { get; set; } = _ => { };

    /// <summary>Told that an attempt has log to bring away.</summary>
    internal Action<Attempt> LogReady { get; set; } = _ => { };

    internal ICollection<Attempt> All => _attempts.Values;

    internal Attempt? Find(string attemptId, ulong fence) =>
        _attempts.GetValueOrDefault(attemptId) is { } attempt && attempt.Fence == fence ? attempt : null;

    /// <summary>Takes up what the journal says, after a start of the agent.</summary>
    internal void Recover(IReadOnlyList<Assign> journalled, bool sameBoot)
    {
        foreach (var assign in journalled)
        {
            // A job may have shut its directory: one that cannot be looked into would seem not to have started.
            Folder.Reclaim(data.Attempt(assign.WorkspaceId, assign.AttemptId));
            var attempt = new Attempt(assign, data.Attempt(assign.WorkspaceId, assign.AttemptId)) { Journalled = true };
            attempt.Reservation = capacity.Hold(assign.Spec.Limits ?? new Limits(), terms.Caps, terms.Local.GpuCount is not 0);
            _attempts[attempt.Id] = attempt;
            runner.Recover(attempt);
            if (!attempt.Files.IsClaimed)
            {
                continue;
            }

            // What it runs in was settled when it started; what this agent could give it says nothing of that.
            (attempt.Sandbox, attempt.Network) = attempt.Files.ReadWalls() is { IsKnown: true } walls ? (walls.Sandbox, walls.Network) : ("", "");
            attempt.State = AttemptState.Running;
            attempt.LastEvent = attempt.Event(Attempt.RunningNo, EventKind.Running);
            AttemptEvents.SayWalls(attempt, attempt.LastEvent);
            if (attempt.Files.ReadExit() is { } exit)
            {
                Ended(attempt, exit);
            }
            else if (sameBoot)
            {
                LogAdopted(attempt.Id);
                _ = Guarded(attempt, () => runner.AdoptAsync(attempt, this, stopping));
            }
            else
            {
                EndAs(attempt, AttemptEvents.Lost(attempt, "machine_restarted", "The machine restarted while it ran."), AttemptState.Lost);
            }
        }
    }

    internal void Assign(Assign assign)
    {
        if (assign.Spec is null)
        {
            Send(Frame(AttemptEvents.Rejected(assign, new Refusal("invalid", "There is no spec."))));
        }
        else if (WorkKinds.Find(assign.Spec.Kind)?.Answer(assign) is { } answer)
        {
            Send(Frame(answer));
        }
        else if (_attempts.GetValueOrDefault(assign.AttemptId) is { } known)
        {
            AssignAgain(known, assign);
        }
        else
        {
            TakeOn(assign);
        }
    }

    internal void Acknowledge(EventAck ack)
    {
        if (Find(ack.AttemptId, ack.Fence) is not { } attempt)
        {
            return;
        }

        if (ack.NotYours)
        {
            Abandon(attempt);
        }
        else if (ack.EventNo == Attempt.AcceptedNo)
        {
            Start(attempt);
        }
        else if (ack.EventNo == Attempt.EndNo)
        {
            lock (attempt.Gate)
            {
                attempt.ResultAcked = true;
                if (attempt.LastEvent.Log.Count > 0)
                {
                    attempt.Stdout.Acknowledge(attempt.Stdout.Total);
                    attempt.Stderr.Acknowledge(attempt.Stderr.Total);
                }
            }

            ForgetWhenDone(attempt);
        }
    }

    internal void Cancel(Cancel cancel)
    {
        if (Find(cancel.AttemptId, cancel.Fence) is { } attempt)
        {
            Kill(attempt, "cancelled", cancel.GraceS == 0 ? 1_000 : (int)Math.Min(cancel.GraceS * 1000L, 1_500));
        }
        else
        {
            Send(Frame(AttemptEvents.NotHere(cancel)));
        }
    }

    /// <summary>The server wants nothing more of it: it is stopped, and wiped once it has ended.</summary>
    internal void Abandon(Attempt attempt)
    {
        bool ended;
        lock (attempt.Gate)
        {
            attempt.Abandoned = true;
            ended = attempt.HasEnded;
        }

        if (ended)
        {
            Forget(attempt);
        }
        else
        {
            Kill(attempt, "stopped", graceMs: 0);
        }
    }

    internal void Kill(Attempt attempt, string reason, int graceMs)
    {
        lock (attempt.Gate)
        {
            if (attempt.HasEnded || attempt.KillReason is not null)
            {
                return;
            }

            (attempt.KillReason, attempt.KillGraceMs) = (reason, graceMs);
            if (attempt.State == AttemptState.Running)
            {
                Tell(attempt, new ShimControl { Kill = reason, GraceMs = graceMs });
                attempt.Shim?.Look();
                return;
            }
        }

        Ended(attempt, new ShimExit { Started = false, Killed = reason, ReasonCode = reason, Reason = "It was stopped before it began." });
    }

    /// <summary>Renews the lease of work that must not outlive it. <paramref name="untilMs"/> counts on the monotonic clock.</summary>
    internal void Renew(Attempt attempt, long untilMs)
    {
        lock (attempt.Gate)
        {
            if (attempt is { State: AttemptState.Running, KillReason: null, Assign.Spec.Effects: Effects.Exclusive })
            {
                Tell(attempt, new ShimControl { LeaseUntilMs = untilMs });
            }
        }
    }

    /// <summary>Applies what the server says about an attempt that Hello named.</summary>
    internal void Reconcile(Reconcile verdict)
    {
        if (Find(verdict.AttemptId, verdict.Fence) is not { } attempt)
        {
            return;
        }

        lock (attempt.Gate)
        {
            attempt.Stdout.Rewind(Ranges.Count(verdict.StdoutNext));
            attempt.Stderr.Rewind(Ranges.Count(verdict.StderrNext));
            if (verdict.NewFence > attempt.Fence)
            {
                attempt.MoveFence(verdict.NewFence);
            }
        }

        switch (verdict.Verdict)
        {
            case Verdict.Keep when attempt.State == AttemptState.Accepted:
                Start(attempt);
                break;
            case Verdict.Keep or Verdict.SendResult:
                SendLast(attempt);
                break;
            case Verdict.Stop:
                Kill(attempt, "stopped", graceMs: 1_000);
                SendLast(attempt);
                break;
            case Verdict.Forget:
                Abandon(attempt);
                break;
        }
    }

    internal void ForgetWhenDone(Attempt attempt)
    {
        lock (attempt.Gate)
        {
            if (!attempt.HasEnded || !attempt.ResultAcked || !attempt.Stdout.IsDelivered || !attempt.Stderr.IsDelivered)
            {
                return;
            }
        }

        Forget(attempt);
    }

    public void Started(Attempt attempt)
    {
        lock (attempt.Gate)
        {
            attempt.LastEvent = attempt.Event(Attempt.RunningNo, EventKind.Running);
            AttemptEvents.SayWalls(attempt, attempt.LastEvent);
            Send(Frame(attempt.LastEvent.Clone()));
            if (attempt.KillReason is not null)
            {
                // The wish came between the hand-over and now.
                Tell(attempt, new ShimControl { Kill = attempt.KillReason, GraceMs = attempt.KillGraceMs });
                attempt.Shim?.Look();
            }
        }
    }

    public void MoreOutput(Attempt attempt) => LogReady(attempt);

    public void Ended(Attempt attempt, ShimExit? exit)
    {
        if (exit is null)
        {
            EndAs(attempt, AttemptEvents.Lost(attempt, "supervisor_died", "Its supervisor was killed; nobody can say how far it came."), AttemptState.Lost);
            return;
        }

        lock (attempt.Gate)
        {
            attempt.Stdout.Extent = exit.Stdout;
            attempt.Stderr.Extent = exit.Stderr;
        }

        EndAs(attempt, AttemptEvents.Ended(attempt, exit), AttemptState.Finished);
    }
}
