using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Machine;

/// <summary>What nodes say of an attempt, and what they have when they connect.</summary>
internal sealed partial class JobMachine
{
    private JobStep Said(JobState state, JobEvent.Said said, JobTime now)
    {
        var word = said.Word;
        if (state.Job.Status.IsFinal() || !state.Has(word.Attempt, said.NodeId))
        {
            var (atOnce, then) = Stray(said.NodeId, word, said.Heard || state.Has(word.Attempt, said.NodeId));
            return new JobStep(state) { AtOnce = atOnce, Then = then };
        }

        state = state with { Job = state.Job.Note(word.Sandbox, word.Network) };
        NodeCommand[] answer = [new NodeCommand.Ack(word.Attempt, word.EventNo, NotYours: false)];
        return word.Kind switch
        {
            AttemptEventKind.Rejected when state.Job.AttemptStatus == AttemptStatus.Assigned => Rejected(state, said, now),
            AttemptEventKind.Rejected => new JobStep(state) { Then = answer }, // it said yes before; a late no changes nothing
            AttemptEventKind.Lost => Lose(state, word.Reason.Length > 0 ? word.Reason : "The machine restarted while it ran.", now) with { Then = answer },
            AttemptEventKind.Finished or AttemptEventKind.Killed => Ended(state, word, answer, now),
            _ when state.Job.AttemptStatus is AttemptStatus.Assigned or AttemptStatus.Disconnected => GoOn(state, now) with { Then = answer },
            _ => new JobStep(state) { Then = answer },
        };
    }

    /// <summary>The node has the attempt: it runs, from the commit on.</summary>
    private JobStep GoOn(JobState state, JobTime now) => Written(state, state with
    {
        Job = state.Job.AttemptStatus == AttemptStatus.Disconnected ? state.Job.Resume(now.Utc) : state.Job.Accept(now.Utc),
        Began = state.Began ?? now.Clock,
        WaitEnds = null,
        LeaseEnds = now.Clock + terms.Lease,
    });

    private static JobStep Rejected(JobState state, JobEvent.Said said, JobTime now)
    {
        var word = said.Word;
        var reason = word.Reason.Length > 0 ? word.Reason : word.ReasonCode;
        var onlyFull = word.ReasonCode == "no_capacity" && said.Node.HasOthers;
        var next = IsLastAttempt(state.Job) || (!onlyFull && state.Job.Spec.Requirements.NodeId is not null)
            ? End(state, JobStatus.Failed, AttemptStatus.Rejected, "job.rejected", $"{said.Node.Name} refused it: {reason}", now)
            : Requeue(state, AttemptStatus.Rejected, now) with { LeavesNodeFull = onlyFull };

        // It is another's from now on. A plain answer would be the answer to an acceptance, too, if the node has changed its mind meanwhile.
        return next with
        {
            AtOnce = [new JobCommand.Refused(said.NodeId, word.ReasonCode, reason, onlyFull)],
            Then = [new NodeCommand.Ack(word.Attempt, word.EventNo, NotYours: true)],
        };
    }

    /// <summary>Its own word that it is over; it counts when all of its log is here.</summary>
    private static JobStep Ended(JobState state, AttemptEvent word, NodeCommand[] answer, JobTime now) => state.Log.Reach(word)
        ? Finish(state, word, now) with { Then = answer }
        : new JobStep(state with { Job = state.Job.Stand(AttemptStatus.Finishing), Final = word, WaitEnds = now.Clock + s_logWait });

    private static JobStep Grow(JobState state, LogEnds ends, JobTime now)
    {
        state = state with { Log = ends };
        return state is { Job.AttemptStatus: AttemptStatus.Finishing, Final: { } final } && ends.Reach(final)
            ? Finish(state, final, now) with { Then = [new NodeCommand.Ack(final.Attempt, final.EventNo, NotYours: false)] }
            : new JobStep(state);
    }

    private JobStep Beat(JobState state, bool named, JobTime now) => named && state.Job.AttemptStatus == AttemptStatus.Disconnected
        ? GoOn(state, now)
        : new JobStep(state with { LeaseEnds = now.Clock + terms.Lease });

    private JobStep Held(JobState state, JobEvent.Held held, JobTime now)
    {
        var (job, attempt) = (state.Job, held.Attempt);
        if (job.Status.IsFinal() || !state.Has(attempt.Attempt, held.NodeId))
        {
            var (atOnce, stray) = Stray(held.NodeId, attempt, held.Heard || state.Has(attempt.Attempt, held.NodeId));
            return new JobStep(state) { AtOnce = atOnce, Verdict = stray };
        }

        var verdict = attempt.State is HeldState.Finished or HeldState.Lost ? ReconcileVerdict.SendResult
            : job.AttemptStatus == AttemptStatus.Cancelling || job.CancelRequestedAt is not null ? ReconcileVerdict.Stop
            : ReconcileVerdict.Keep;
        if (verdict == ReconcileVerdict.Keep && job.AttemptStatus is AttemptStatus.Assigned or AttemptStatus.Disconnected)
        {
            return GoOn(state, now) with { Verdict = verdict };
        }

        state = state with { LeaseEnds = now.Clock + terms.Lease };
        return job.AttemptStatus == AttemptStatus.Disconnected
            ? new JobStep(state with { Job = job.Stand(AttemptStatus.Running) }) { Verdict = verdict } // it ended while it was away; its word is on the way
            : new JobStep(state) { Verdict = verdict };
    }

    private JobStep NotHeld(JobState state, JobTime now) => state switch
    {
        { Job.AttemptStatus: null } => new JobStep(state),
        // Our assignment never arrived, or was not written down there: the same attempt once more.
        { Job.AttemptStatus: AttemptStatus.Assigned } => new JobStep(state with { WaitEnds = now.Clock + terms.Answer }) { Then = [Assignment(state)] },
        { Final: { } final } => Finish(state, final, now),
        _ => Lose(state, "The machine came back and knew nothing of it.", now),
    };
}
