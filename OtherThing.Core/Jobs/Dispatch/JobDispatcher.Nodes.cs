using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

public sealed partial class JobDispatcher
{
    /// <summary>A node has a session: settle what it still has, welcome it, then give it work.</summary>
    internal void Connected(NodeProfile profile, INodeSession session, long fence, string nonce, NodePolicy policy, IReadOnlyList<HeldAttempt> held) =>
        Post(() =>
        {
            OnConnected(profile, session, new Greeting(fence, nonce, policy), held);
            return Task.CompletedTask;
        });

    /// <summary>A session ended; its attempts keep their leases.</summary>
    internal void Disconnected(INodeSession session) => Post(() =>
    {
        if (_slots.TryGetValue(session.NodeId, out var slot) && ReferenceEquals(slot.Session, session))
        {
            (slot.Session, slot.IsOpen) = (null, false);
        }

        return Task.CompletedTask;
    });

    /// <summary>The node's limits, policy or state changed.</summary>
    internal void Changed(NodeProfile profile, NodePolicy? policy) => Post(() =>
    {
        if (_slots.TryGetValue(profile.Id, out var slot))
        {
            slot.Profile = profile;
            if (policy is not null)
            {
                slot.Session?.Send(new NodeCommand.Rules(policy));
            }
        }

        foreach (var job in _queue.All())
        {
            job.RefusedBy.Remove(profile.Id);
        }

        _serving.Clear();
        return PlaceWaitingAsync();
    });

    /// <summary>The node is removed or quarantined: what runs there is stopped.</summary>
    internal void StopAll(Guid nodeId, string reason) => Post(() =>
    {
        if (_slots.TryGetValue(nodeId, out var slot))
        {
            slot.Profile = slot.Profile with { Closed = reason };
            foreach (var job in slot.Running.Values.ToArray())
            {
                OnCancel(job.Row.Id, reason, new TaskCompletionSource<bool>());
            }
        }

        return Task.CompletedTask;
    });

    /// <summary>A beat: renews what the node holds, answers what is not its own.</summary>
    internal void Beat(INodeSession session, NodeBeat beat) => Post(() =>
    {
        if (!_slots.TryGetValue(session.NodeId, out var slot) || !ReferenceEquals(slot.Session, session))
        {
            return Task.CompletedTask;
        }

        var lease = After(_options.Lease);
        foreach (var job in slot.Running.Values)
        {
            job.LeaseEnds = lease;
        }

        var (renewed, foreign) = (new List<AttemptRef>(), new List<AttemptRef>());
        foreach (var attempt in beat.Running)
        {
            var mine = _byAttempt.TryGetValue(attempt.Id, out var job) && job.HasAttempt(attempt) && job.Row.NodeId == session.NodeId;
            if (mine && job!.Row.AttemptStatus == AttemptStatus.Disconnected)
            {
                GoOn(job);
            }

            (mine ? renewed : foreign).Add(attempt);
        }

        session.Send(new NodeCommand.BeatAck(beat.MonoMs, _options.Lease, renewed, foreign));
        return Task.CompletedTask;
    });

    private void OnConnected(NodeProfile profile, INodeSession session, Greeting greeting, IReadOnlyList<HeldAttempt> held)
    {
        var slot = Slot(profile.Id);
        (slot.Profile, slot.Session, slot.IsOpen, slot.Failures) = (profile, session, false, 0);
        var verdicts = held.Select(attempt => Reconcile(profile.Id, attempt)).ToList();
        var known = held.Select(attempt => attempt.Attempt).ToHashSet();
        var again = new List<Job>();
        foreach (var job in slot.Running.Values.Where(job => !known.Contains(job.Attempt)).ToArray())
        {
            if (job.Row.AttemptStatus == AttemptStatus.Assigned)
            {
                // Our assignment never arrived, or was not written down there: the same attempt once more.
                job.WaitEnds = After(TimeSpan.FromSeconds(_options.AssignSeconds));
                again.Add(job.Row.Snapshot());
            }
            else
            {
                Forgotten(job);
            }
        }

        // Welcome is also the answer to acceptances, so it waits for their commit.
        _journal.After(() =>
        {
            session.Send(new NodeCommand.Welcome(greeting.Fence, greeting.Nonce, verdicts, greeting.Policy));
            foreach (var job in again)
            {
                session.Send(new NodeCommand.Assign(job, slot.MemoryFor(job.Id)));
            }

            Post(() => OpenAsync(slot, session));
        });
    }

    private async Task OpenAsync(NodeSlot slot, INodeSession session)
    {
        if (!ReferenceEquals(slot.Session, session))
        {
            return;
        }

        slot.IsOpen = true;
        foreach (var job in _queue.All())
        {
            job.RefusedBy.Remove(slot.Profile.Id);
        }

        _serving.Clear();
        await PlaceWaitingAsync();
    }

    private Reconciled Reconcile(Guid nodeId, HeldAttempt held)
    {
        if (!_byAttempt.TryGetValue(held.Attempt.Id, out var job) || !job.HasAttempt(held.Attempt) || job.Row.NodeId != nodeId)
        {
            if (held is { State: HeldState.Finished, LastEvent: { } late } && !_recent.Contains(held.Attempt.Id))
            {
                RecordLate(nodeId, late);
            }

            var gone = held.State is HeldState.Accepted or HeldState.Running ? ReconcileVerdict.Stop : ReconcileVerdict.Forget;
            return new Reconciled(held.Attempt, gone, 0, 0);
        }

        var verdict = held.State is HeldState.Finished or HeldState.Lost ? ReconcileVerdict.SendResult
            : job.Row.AttemptStatus == AttemptStatus.Cancelling || job.Row.CancelRequestedAt is not null ? ReconcileVerdict.Stop
            : ReconcileVerdict.Keep;
        job.LeaseEnds = After(_options.Lease);
        if (verdict == ReconcileVerdict.Keep && job.Row.AttemptStatus is AttemptStatus.Assigned or AttemptStatus.Disconnected)
        {
            GoOn(job);
        }
        else if (job.Row.AttemptStatus == AttemptStatus.Disconnected)
        {
            // It ended while it was away; its word is on the way.
            job.Row.AttemptStatus = AttemptStatus.Running;
        }

        return new Reconciled(held.Attempt, verdict, job.Stdout.Next, job.Stderr.Next);
    }

    /// <summary>The node is here and knows nothing of an attempt it had accepted.</summary>
    private void Forgotten(LiveJob job)
    {
        if (job.Final is { } final)
        {
            Finish(job, final, acknowledge: null);
        }
        else
        {
            Lose(job, "The machine came back and knew nothing of it.");
        }
    }

    private sealed record Greeting(long Fence, string Nonce, NodePolicy Policy);
}
