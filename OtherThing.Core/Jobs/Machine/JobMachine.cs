using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Machine;

/// <summary>
/// A job and what happened, to the job that comes of it and what is to be written and done. No I/O, no clock, no memory of its own: time
/// comes in, writes and commands go out, and the same calls always give the same answers. It knows one job at a time, and nothing of who
/// else has jobs.
/// </summary>
/// <remarks>
/// An attempt is fenced: what carries another attempt, an older fence or comes from another node changes nothing. A node is told to go on
/// (<see cref="JobStep.Then"/>) only by what is committed, so that nothing starts before its acceptance is written down.
/// </remarks>
internal sealed partial class JobMachine(JobTerms terms)
{
    /// <summary>The most attempts of a job.</summary>
    public const int MaxAttempts = 5;

    private static readonly TimeSpan s_cancelWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_logWait = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_timeoutSlack = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_exclusiveSlack = TimeSpan.FromSeconds(10);

    /// <summary>A job as an owner finds it that takes over: nobody could beat meanwhile, so no attempt is lost before twice the lease from now.</summary>
    public JobState Recover(Job job, LogEnds log, JobTime now)
    {
        if (job.AttemptId is null)
        {
            return new JobState(job);
        }

        var lease = now.Clock + (terms.Lease * 2);
        var wait = job.AttemptStatus == AttemptStatus.Disconnected ? lease + WindowOf(job) : lease;
        return new JobState(job) { LeaseEnds = lease, WaitEnds = wait, Log = log };
    }

    /// <summary>Something happened to a job; what comes late, twice, or from elsewhere changes nothing.</summary>
    public JobStep Apply(JobState state, JobEvent happened, JobTime now) => happened switch
    {
        JobEvent.Said said => Said(state, said, now),
        JobEvent.Held held => Held(state, held, now),
        _ when state.Job.Status.IsFinal() => new JobStep(state),
        JobEvent.Submit submit => Submit(state, submit.Place, now),
        JobEvent.Assign assign => Assign(state, assign.Place, now),
        JobEvent.NotHeld => NotHeld(state, now),
        JobEvent.Beat beat => Beat(state, beat.Named, now),
        JobEvent.LogGrew grew => Grow(state, grew.Ends, now),
        JobEvent.Cancel cancel => Cancel(state, cancel.Reason, now),
        JobEvent.Tick tick => Tick(state, tick.NodeIsHere, now),
        _ => throw new InvalidOperationException($"Nothing is known of {happened.GetType().Name}."),
    };

    /// <summary>A word of a node about an attempt that no open job has.</summary>
    /// <param name="nodeId">Who says it.</param>
    /// <param name="word">What.</param>
    /// <param name="heard">True when the attempt's end was heard before: our answer to it was lost, so it is given again.</param>
    public static (IReadOnlyList<JobCommand> AtOnce, IReadOnlyList<NodeCommand> Then) Stray(Guid nodeId, AttemptEvent word, bool heard)
    {
        var again = heard && IsEnd(word);
        return (IsEnd(word) && !again ? [new JobCommand.KeepLate(nodeId, word)] : [], [new NodeCommand.Ack(word.Attempt, word.EventNo, NotYours: !again)]);
    }

    /// <summary>The same for an attempt that a node has when it connects.</summary>
    public static (IReadOnlyList<JobCommand> AtOnce, ReconcileVerdict Verdict) Stray(Guid nodeId, HeldAttempt held, bool heard) => (
        held is { State: HeldState.Finished, LastEvent: { } late } && !heard ? [new JobCommand.KeepLate(nodeId, late)] : [],
        held.State is HeldState.Accepted or HeldState.Running ? ReconcileVerdict.Stop : ReconcileVerdict.Forget);

    private static bool IsEnd(AttemptEvent word) => word.Kind is AttemptEventKind.Finished or AttemptEventKind.Killed or AttemptEventKind.Lost;

    private JobStep Submit(JobState state, JobPlace? place, JobTime now)
    {
        var taken = place is null ? state with { Job = state.Job.Queue() } : Placed(state, place, now);
        return new JobStep(taken) { Write = new JobWrite.Insert(taken.Job), Then = place is null ? [] : [Assignment(taken)] };
    }

    private JobStep Assign(JobState state, JobPlace place, JobTime now)
    {
        if (state.Job.Status != JobStatus.Queued)
        {
            return new JobStep(state); // somebody has it
        }

        var placed = Placed(state, place, now);
        return Written(state, placed) with { Then = [Assignment(placed)] };
    }

    private JobState Placed(JobState state, JobPlace place, JobTime now) => new(state.Job.Assign(place.NodeId, place.AttemptId, place.LeastSandbox, now.Utc))
    {
        WaitEnds = now.Clock + terms.Answer,
        LeaseEnds = now.Clock + terms.Lease,
        MemoryMb = place.MemoryMb,
    };

    private static JobStep Cancel(JobState state, string reason, JobTime now)
    {
        var job = state.Job;
        if (job.CancelRequestedAt is not null && !state.TimedOut)
        {
            return new JobStep(state);
        }

        state = state with { TimedOut = false };
        if (job.AttemptStatus is null or AttemptStatus.Assigned)
        {
            // Nothing was started, and nothing can be: an acceptance that is on its way finds no job.
            var asked = state with { Job = job.Ask(reason, now.Utc) };
            return End(asked, JobStatus.Cancelled, AttemptStatus.Cancelled, "job.cancelled", reason, now) with { AtOnce = Stop(state, reason) };
        }

        return Written(state, state with { Job = job.Cancel(reason, now.Utc), WaitEnds = now.Clock + s_cancelWait }) with { AtOnce = Stop(state, reason) };
    }

    private static JobCommand[] Stop(JobState state, string reason) =>
        state.Job.NodeId is { } nodeId ? [new JobCommand.Stop(nodeId, new NodeCommand.Cancel(state.Attempt, reason))] : [];

    private static NodeCommand.Assign Assignment(JobState state) => new(state.Job, state.MemoryMb);

    /// <summary>The next state, and its write from the one before.</summary>
    private static JobStep Written(JobState from, JobState to) => new(to) { Write = new JobWrite.Update(to.Job, from.Job.Status, from.Job.Fence) };

    private TimeSpan WindowOf(Job job) => job.Effects == JobEffects.Exclusive ? s_exclusiveSlack : terms.Reconnect;
}
