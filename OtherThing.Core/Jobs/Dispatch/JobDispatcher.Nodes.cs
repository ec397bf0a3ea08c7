using OtherThing.Core.Jobs.Machine;
using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>What nodes say and what is said of them.</summary>
public sealed partial class JobDispatcher
{
    /// <summary>A node has a session: settle what it still has, welcome it, then give it work.</summary>
    internal void Connected(NodeProfile profile, INodeSession session, long fence, string nonce, NodePolicy policy, IReadOnlyList<HeldAttempt> held) =>
        Post(() => OnConnected(profile, session, new Greeting(fence, nonce, policy), held));

    /// <summary>A session ended; its attempts keep their leases.</summary>
    internal void Disconnected(INodeSession session) => Post(() =>
    {
        if (_slots.TryGetValue(session.NodeId, out var slot) && ReferenceEquals(slot.Session, session))
        {
            (slot.Session, slot.IsOpen) = (null, false);
        }
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

        OfferAnew(profile.Id);
    });

    /// <summary>The node is removed or quarantined: what runs there is stopped.</summary>
    internal void StopAll(Guid nodeId, string reason) => Post(() =>
    {
        if (_slots.TryGetValue(nodeId, out var slot))
        {
            slot.Profile = slot.Profile with { Closed = reason };
            foreach (var job in slot.Running.Values.ToArray())
            {
                Apply(job, new JobEvent.Cancel(reason));
            }
        }
    });

    /// <summary>A beat: renews what the node holds, answers what is not its own.</summary>
    internal void Beat(INodeSession session, NodeBeat beat) => Post(() =>
    {
        if (!_slots.TryGetValue(session.NodeId, out var slot) || !ReferenceEquals(slot.Session, session))
        {
            return;
        }

        var mine = beat.Running.ToLookup(
            attempt => _byAttempt.TryGetValue(attempt.Id, out var job) && job.State.Has(attempt, session.NodeId));
        var named = mine[true].Select(attempt => attempt.Id).ToHashSet();
        foreach (var job in slot.Running.Values)
        {
            Apply(job, named.Contains(job.State.Attempt.Id) ? JobEvent.Beat.Naming : JobEvent.Beat.NotNaming);
        }

        session.Send(new NodeCommand.BeatAck(beat.MonoMs, _options.Lease, [.. mine[true]], [.. mine[false]]));
    });

    /// <summary>Something happened to an attempt, says its node.</summary>
    internal void Happened(INodeSession session, AttemptEvent happened) => Post(() => OnEvent(session, happened));

    private void OnEvent(INodeSession session, AttemptEvent happened)
    {
        if (happened.Kind is AttemptEventKind.Finished or AttemptEventKind.Killed or AttemptEventKind.Lost)
        {
            foreach (var piece in happened.Log)
            {
                OnLog(session.NodeId, piece with { Attempt = happened.Attempt }, static _ => { });
            }
        }

        var heard = _recent.Contains(happened.Attempt.Id);
        if (_byAttempt.TryGetValue(happened.Attempt.Id, out var job))
        {
            var slot = Slot(session.NodeId);
            var note = new NodeNote(slot.Profile.Name, slot.Running.Count > 1);
            Apply(job, new JobEvent.Said(session.NodeId, happened, note, heard), session);
            return;
        }

        var (atOnce, then) = JobMachine.Stray(session.NodeId, happened, heard);
        foreach (var late in atOnce.OfType<JobCommand.KeepLate>())
        {
            KeepLate(late);
        }

        _journal.After(() => Send(session, then));
    }

    private void OnConnected(NodeProfile profile, INodeSession session, Greeting greeting, IReadOnlyList<HeldAttempt> held)
    {
        var slot = Slot(profile.Id);
        (slot.Profile, slot.Session, slot.IsOpen, slot.Failures) = (profile, session, false, 0);
        var verdicts = held.Select(attempt => Reconcile(profile.Id, attempt)).ToList();

        // Welcome is also the answer to acceptances, so it waits for their commit.
        _journal.After(() =>
        {
            session.Send(new NodeCommand.Welcome(greeting.Fence, greeting.Nonce, verdicts, greeting.Policy));
            Post(() => Open(slot, session));
        });
        var known = held.Select(attempt => attempt.Attempt).ToHashSet();
        foreach (var job in slot.Running.Values.Where(job => !known.Contains(job.State.Attempt)).ToArray())
        {
            Apply(job, JobEvent.NotHeld.Event);
        }
    }

    private void Open(NodeSlot slot, INodeSession session)
    {
        if (ReferenceEquals(slot.Session, session))
        {
            slot.IsOpen = true;
            OfferAnew(slot.Profile.Id);
        }
    }

    /// <summary>What a node said no to may fit it now, and who serves whom may be another.</summary>
    private void OfferAnew(Guid nodeId)
    {
        foreach (var job in _queue.All())
        {
            job.RefusedBy.Remove(nodeId);
        }

        _serving.Forget();
        LookAndPlace();
    }

    private Reconciled Reconcile(Guid nodeId, HeldAttempt held)
    {
        var heard = _recent.Contains(held.Attempt.Id);
        if (_byAttempt.TryGetValue(held.Attempt.Id, out var job))
        {
            var verdict = Apply(job, new JobEvent.Held(nodeId, held, heard)).Verdict;
            var log = job.State.Has(held.Attempt, nodeId) ? job.LogEnds : default;
            return new Reconciled(held.Attempt, verdict, log.Stdout, log.Stderr);
        }

        var (atOnce, stray) = JobMachine.Stray(nodeId, held, heard);
        foreach (var late in atOnce.OfType<JobCommand.KeepLate>())
        {
            KeepLate(late);
        }

        return new Reconciled(held.Attempt, stray, 0, 0);
    }

    private sealed record Greeting(long Fence, string Nonce, NodePolicy Policy);
}
