using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

public sealed partial class JobDispatcher
{
    /// <summary>No status waits for ever: what nobody answered in time moves on here.</summary>
    private async Task OnTickAsync()
    {
        if (!_journal.IsHealthy)
        {
            return; // while nothing can be written, nothing may expire
        }

        var now = _clock.GetTimestamp();
        foreach (var (_, job) in _live)
        {
            WriteDueRows(job);
            switch (job.Row.AttemptStatus)
            {
                case null:
                    CheckQueued(job);
                    break;
                case AttemptStatus.Assigned when now >= job.WaitEnds:
                    OnUnanswered(job);
                    break;
                case AttemptStatus.Running when now >= job.LeaseEnds:
                    OnLeaseOver(job);
                    break;
                case AttemptStatus.Running:
                    CheckTime(job);
                    break;
                case AttemptStatus.Disconnected when now >= job.WaitEnds:
                    Lose(job, $"Its machine did not come back within {WindowOf(job).TotalSeconds:0} s.");
                    break;
                case AttemptStatus.Cancelling when now >= job.WaitEnds:
                    OnCancelUnanswered(job);
                    break;
                case AttemptStatus.Finishing when now >= job.WaitEnds:
                    Finish(job, job.Final!, acknowledge: null);
                    break;
            }
        }

        await FollowForeignAsync();
        await PlaceWaitingAsync();
    }

    private void CheckQueued(LiveJob job)
    {
        if (Now - job.Row.CreatedAt < TimeSpan.FromHours(_options.QueueHours))
        {
            return;
        }

        _queue.Remove(job);
        End(job, JobStatus.Failed, AttemptStatus.Failed, "job.no_node", $"No machine could take it within {_options.QueueHours} hours.", then: null);
    }

    private void OnUnanswered(LiveJob job)
    {
        // After a restart or without contact the node may hold an acceptance we have not heard; it cannot have started.
        var slot = Slot(job.Row.NodeId!.Value);
        slot.Doubt();
        slot.Session?.Send(new NodeCommand.Cancel(job.Attempt, "No answer in time."));
        if (job.Row.EarlierAttempts.Count + 1 >= MaxAttempts)
        {
            End(job, JobStatus.Failed, AttemptStatus.Expired, "job.unanswered", $"No machine answered in {MaxAttempts} attempts.", then: null);
            return;
        }

        Requeue(job, AttemptStatus.Expired, then: null);
    }

    private void OnLeaseOver(LiveJob job)
    {
        var (status, fence) = (job.Row.Status, job.Row.Fence);
        job.Row.AttemptStatus = AttemptStatus.Disconnected;
        job.WaitEnds = After(WindowOf(job));
        Commit(job, status, fence);
        Changed(job);
    }

    /// <summary>The node stops a job at its time; this is for one that does not.</summary>
    private void CheckTime(LiveJob job)
    {
        var limit = TimeSpan.FromSeconds(job.Row.Spec.TimeoutSeconds) + s_timeoutSlack;
        if ((job.Began > 0 ? _clock.GetElapsedTime(job.Began) : Now - job.Row.StartedAt) < limit || Slot(job.Row.NodeId!.Value).Session is null)
        {
            return;
        }

        var (status, fence) = (job.Row.Status, job.Row.Fence);
        job.TimedOut = true;
        job.Row.CancelRequestedAt = Now;
        Stop(job, "Its time is up.");
        Commit(job, status, fence);
    }

    private void OnCancelUnanswered(LiveJob job)
    {
        var (end, code) = job.TimedOut ? (JobStatus.Failed, JobLimits.Time) : (JobStatus.Cancelled, "job.cancelled");
        var error = (job.TimedOut ? "Its time was up." : job.Row.Error ?? "Cancelled.")
            + " The machine has not confirmed yet that it stopped; it is told again when it answers.";
        Meter(job, new AttemptEvent { Attempt = job.Attempt, EventNo = 0, Kind = AttemptEventKind.Killed });
        End(job, end, AttemptStatus.Cancelled, code, error, then: null);
    }
}
