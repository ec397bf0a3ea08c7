using OtherThing.Core.Jobs.Kinds;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs.Machine;

/// <summary>How an attempt ends, what that means for its job, and what time alone does.</summary>
internal sealed partial class JobMachine
{
    private static bool IsLastAttempt(Job job) => job.EarlierAttempts.Count + 1 >= MaxAttempts;

    /// <summary>The attempt is over, and how is known.</summary>
    private static JobStep Finish(JobState state, AttemptEvent final, JobTime now)
    {
        var ran = final is { Kind: AttemptEventKind.Finished, Started: true };
        var job = state.Job.Measure(ran ? final.ExitCode : null, Seconds(state, final, now));
        state = state with { Job = job };
        return Judge(state, final, now) with { AtOnce = [new JobCommand.Answered(job.NodeId!.Value, ran)] };
    }

    private static JobStep Judge(JobState state, AttemptEvent final, JobTime now)
    {
        var job = state.Job;
        if (job.CancelRequestedAt is not null && !state.TimedOut)
        {
            return End(state, JobStatus.Cancelled, AttemptStatus.Cancelled, "job.cancelled", job.Error ?? "Cancelled.", now);
        }

        if (state.TimedOut || JobLimits.Of(final) == JobLimits.Time)
        {
            return Fail(state, JobLimits.Time, $"It ran longer than its {job.Spec.TimeoutSeconds} s and was stopped.", now);
        }

        if (JobLimits.Of(final) is { } limit)
        {
            return Fail(state, limit, Bounded(final.Reason, "It used more of the machine than it may and was stopped."), now);
        }

        return final switch
        {
            { Kind: AttemptEventKind.Killed } when job.Effects is JobEffects.Safe or JobEffects.Exclusive && !IsLastAttempt(job) =>
                Requeue(state, AttemptStatus.Failed, now),
            { Kind: AttemptEventKind.Killed } => Fail(state, "job.killed", Bounded(final.Reason, "It was stopped on the machine."), now),
            { Started: false } => Fail(state, "job.not_started", Bounded(final.Reason, "The program could not be started."), now),
            { ExitCode: 0 } => End(state, JobStatus.Succeeded, AttemptStatus.Succeeded, null, null, now),
            _ => Fail(state, "job.exit_code", $"It ended with exit code {final.ExitCode}.", now),
        };
    }

    /// <summary>Nobody will ever say how the attempt ended; the effects class decides what that means.</summary>
    private static JobStep Lose(JobState state, string why, JobTime now)
    {
        var job = state.Job;
        var next = job switch
        {
            { CancelRequestedAt: not null } => End(state, JobStatus.Cancelled, AttemptStatus.Lost, "job.cancelled", job.Error ?? "Cancelled.", now),
            { Effects: JobEffects.Once } => End(
                state, JobStatus.Unknown, AttemptStatus.Lost, "job.unknown", why + " It may or may not have done its work; it is not repeated by itself.", now),
            _ when IsLastAttempt(job) => End(
                state, JobStatus.Lost, AttemptStatus.Lost, "job.lost", why + $" That was the last of {MaxAttempts} attempts.", now),
            _ => Requeue(state, AttemptStatus.Lost, now),
        };
        return next with { AtOnce = [new JobCommand.Lost(job.NodeId!.Value)] };
    }

    private static JobStep Requeue(JobState state, AttemptStatus ended, JobTime now) =>
        Written(state, new JobState(state.Job.Requeue(ended, now.Utc)));

    private static JobStep Fail(JobState state, string code, string error, JobTime now) =>
        End(state, JobStatus.Failed, AttemptStatus.Failed, code, error, now);

    private static JobStep End(JobState state, JobStatus end, AttemptStatus attempt, string? code, string? error, JobTime now) =>
        Written(state, state with { Job = state.Job.End(end, attempt, code, error, now.Utc), Final = null, WaitEnds = null });

    /// <summary>Seconds by our own clock; the node's word can only make it less (it may have been out of reach for a while).</summary>
    private static double Seconds(JobState state, AttemptEvent? final, JobTime now)
    {
        if (!JobKinds.Of(state.Job.Kind).RunsProgram)
        {
            return state.Job.Seconds;
        }

        var ours = Ran(state, now) ?? TimeSpan.Zero;
        var seconds = final?.Wall is { } wall && wall < ours ? wall : ours;
        return Math.Round(Math.Max(0, seconds.TotalSeconds), 6);
    }

    /// <summary>How long the attempt runs, by our monotonic clock where that saw it begin; null when it did not begin.</summary>
    private static TimeSpan? Ran(JobState state, JobTime now) => state.Began is { } began ? now.Clock - began : now.Utc - state.Job.StartedAt;

    /// <summary>No status waits for ever: what nobody answered in time moves on here.</summary>
    private JobStep Tick(JobState state, bool nodeIsHere, JobTime now)
    {
        var job = state.Job;
        var waited = state.WaitEnds is { } ends && now.Clock >= ends;
        return job.AttemptStatus switch
        {
            null when now.Utc - job.CreatedAt >= TimeSpan.FromHours(terms.QueueHours) =>
                Fail(state, "job.no_node", $"No machine could take it within {terms.QueueHours} hours.", now),
            AttemptStatus.Assigned when waited => Unanswered(state, now),
            AttemptStatus.Running when now.Clock >= state.LeaseEnds =>
                Written(state, state with { Job = job.Disconnect(), WaitEnds = now.Clock + WindowOf(job) }),
            AttemptStatus.Running when nodeIsHere && !(Ran(state, now) < TimeSpan.FromSeconds(job.Spec.TimeoutSeconds) + s_timeoutSlack) =>
                TimeOut(state, now),
            AttemptStatus.Disconnected when waited => Lose(state, $"Its machine did not come back within {WindowOf(job).TotalSeconds:0} s.", now),
            AttemptStatus.Cancelling when waited => Unconfirmed(state, now),
            AttemptStatus.Finishing when waited && state.Final is { } final => Finish(state, final, now),
            _ => new JobStep(state),
        };
    }

    private static JobStep Unanswered(JobState state, JobTime now)
    {
        // After a restart or without contact the node may hold an acceptance we have not heard; it cannot have started.
        var next = IsLastAttempt(state.Job)
            ? End(state, JobStatus.Failed, AttemptStatus.Expired, "job.unanswered", $"No machine answered in {MaxAttempts} attempts.", now)
            : Requeue(state, AttemptStatus.Expired, now);
        return next with { AtOnce = [new JobCommand.Unanswered(state.Job.NodeId!.Value), .. Stop(state, "No answer in time.")] };
    }

    /// <summary>The node stops a job at its time; this is for one that does not.</summary>
    private static JobStep TimeOut(JobState state, JobTime now)
    {
        var stopped = state with { Job = state.Job.TimeOut(now.Utc), TimedOut = true, WaitEnds = now.Clock + s_cancelWait };
        return Written(state, stopped) with { AtOnce = Stop(state, "Its time is up.") };
    }

    private static JobStep Unconfirmed(JobState state, JobTime now)
    {
        var (end, code) = state.TimedOut ? (JobStatus.Failed, JobLimits.Time) : (JobStatus.Cancelled, "job.cancelled");
        var error = (state.TimedOut ? "Its time was up." : state.Job.Error ?? "Cancelled.")
            + " The machine has not confirmed yet that it stopped; it is told again when it answers.";
        var measured = state with { Job = state.Job.Measure(state.Job.ExitCode, Seconds(state, final: null, now)) };
        return End(measured, end, AttemptStatus.Cancelled, code, error, now);
    }

    private static string Bounded(string text, string otherwise) => text.Length == 0 ? otherwise : TextCut.Words(text, 500);
}
