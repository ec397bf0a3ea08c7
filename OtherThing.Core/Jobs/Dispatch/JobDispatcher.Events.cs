using Microsoft.Extensions.Logging;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs.Dispatch;

public sealed partial class JobDispatcher
{
    /// <summary>Something happened to an attempt, says its node.</summary>
    internal void Happened(INodeSession session, AttemptEvent happened) => Post(() =>
    {
        OnEvent(session, happened);
        return Task.CompletedTask;
    });

    private void OnEvent(INodeSession session, AttemptEvent happened)
    {
        var isFinal = happened.Kind is AttemptEventKind.Finished or AttemptEventKind.Killed or AttemptEventKind.Lost;
        if (!_byAttempt.TryGetValue(happened.Attempt.Id, out var job) || !job.HasAttempt(happened.Attempt) || job.Row.NodeId != session.NodeId)
        {
            // Said again because our answer was lost: answer again. Anything else that ends an attempt nobody waits for is kept for people.
            var again = isFinal && _recent.Contains(happened.Attempt.Id);
            if (isFinal && !again)
            {
                RecordLate(session.NodeId, happened);
            }

            session.Send(new NodeCommand.Ack(happened.Attempt, happened.EventNo, NotYours: !again));
            return;
        }

        job.EventNo = Math.Max(job.EventNo, happened.EventNo);
        NoteWalls(job.Row, happened);
        void Acknowledge() => session.Send(new NodeCommand.Ack(happened.Attempt, happened.EventNo, NotYours: false));
        switch (happened.Kind)
        {
            case AttemptEventKind.Rejected:
                OnRejected(job, happened, Acknowledge);
                break;
            case AttemptEventKind.Finished or AttemptEventKind.Killed or AttemptEventKind.Lost:
                OnEnding(job, happened, session, Acknowledge);
                break;
            case var _ when job.Row.AttemptStatus is AttemptStatus.Assigned or AttemptStatus.Disconnected:
                GoOn(job, Acknowledge);
                break;
            default:
                _journal.After(Acknowledge);
                break;
        }
    }

    /// <summary>The node says it once it knows; a later word may only say it again.</summary>
    private static void NoteWalls(Job row, AttemptEvent happened)
    {
        row.Sandbox = happened.Sandbox.Length is > 0 and <= 20 ? happened.Sandbox : row.Sandbox;
        row.Network = happened.Network.Length is > 0 and <= 10 ? happened.Network : row.Network;
    }

    /// <summary>The node has the attempt: it runs, from the commit on.</summary>
    private void GoOn(LiveJob job, Action? then = null)
    {
        var row = job.Row;
        var (status, fence) = (row.Status, row.Fence);
        (row.Status, row.AttemptStatus) = (JobStatus.Running, AttemptStatus.Running);
        row.StartedAt ??= Now;
        job.Began = job.Began == 0 ? _clock.GetTimestamp() : job.Began;
        job.WaitEnds = 0;
        job.LeaseEnds = After(_options.Lease);
        Commit(job, status, fence, then);
        Changed(job);
    }

    private void OnRejected(LiveJob job, AttemptEvent happened, Action acknowledge)
    {
        if (job.Row.AttemptStatus != AttemptStatus.Assigned)
        {
            acknowledge(); // it said yes before; a late no changes nothing
            return;
        }

        var slot = Slot(job.Row.NodeId!.Value);
        var onlyFull = happened.ReasonCode == "no_capacity" && slot.Running.Count > 1;
        LogRejected(job.Row.Id, slot.Profile.Id, happened.ReasonCode);
        var reason = happened.Reason.Length > 0 ? happened.Reason : happened.ReasonCode;
        if (!onlyFull)
        {
            slot.Doubt();
            job.RefusedBy[slot.Profile.Id] = reason;
        }

        if (job.Row.EarlierAttempts.Count + 1 >= MaxAttempts || (!onlyFull && job.Row.Spec.Requirements.NodeId is not null))
        {
            End(job, JobStatus.Failed, AttemptStatus.Rejected, "job.rejected", $"{slot.Profile.Name} refused it: {reason}", acknowledge);
            return;
        }

        Requeue(job, AttemptStatus.Rejected, acknowledge, full: onlyFull ? slot : null);
    }

    private void OnEnding(LiveJob job, AttemptEvent happened, INodeSession session, Action acknowledge)
    {
        foreach (var piece in happened.Log)
        {
            OnLog(session.NodeId, piece with { Attempt = happened.Attempt }, static _ => { });
        }

        if (happened.Kind == AttemptEventKind.Lost)
        {
            Lose(job, happened.Reason.Length > 0 ? happened.Reason : "The machine restarted while it ran.", acknowledge);
            return;
        }

        job.Final = happened;
        if (!IsLogWhole(job, happened))
        {
            job.Row.AttemptStatus = AttemptStatus.Finishing;
            job.WaitEnds = After(s_logWait);
            return;
        }

        Finish(job, happened, acknowledge);
    }

    private static bool IsLogWhole(LiveJob job, AttemptEvent final) =>
        job.Stdout.Next >= final.StdoutEnd && job.Stderr.Next >= final.StderrEnd;

    private void Finish(LiveJob job, AttemptEvent final, Action? acknowledge)
    {
        job.Row.ExitCode = final is { Kind: AttemptEventKind.Finished, Started: true } ? final.ExitCode : null;
        Meter(job, final);
        var slot = Slot(job.Row.NodeId!.Value);
        slot.Failures = 0;
        if (final is { Kind: AttemptEventKind.Finished, Started: true })
        {
            slot.Prove();
        }

        if (job.Row.CancelRequestedAt is not null && !job.TimedOut)
        {
            End(job, JobStatus.Cancelled, AttemptStatus.Cancelled, "job.cancelled", job.Row.Error ?? "Cancelled.", acknowledge);
        }
        else if (job.TimedOut || JobLimits.Of(final) == JobLimits.Time)
        {
            End(job, JobStatus.Failed, AttemptStatus.Failed, JobLimits.Time, $"It ran longer than its {job.Row.Spec.TimeoutSeconds} s and was stopped.",
                acknowledge);
        }
        else if (JobLimits.Of(final) is { } limit)
        {
            End(job, JobStatus.Failed, AttemptStatus.Failed, limit, Bounded(final.Reason, "It used more of the machine than it may and was stopped."),
                acknowledge);
        }
        else if (final.Kind == AttemptEventKind.Killed)
        {
            OnKilled(job, final, acknowledge);
        }
        else if (!final.Started)
        {
            End(job, JobStatus.Failed, AttemptStatus.Failed, "job.not_started", Bounded(final.Reason, "The program could not be started."), acknowledge);
        }
        else if (final.ExitCode == 0)
        {
            End(job, JobStatus.Succeeded, AttemptStatus.Succeeded, null, null, acknowledge);
        }
        else
        {
            End(job, JobStatus.Failed, AttemptStatus.Failed, "job.exit_code", $"It ended with exit code {final.ExitCode}.", acknowledge);
        }
    }

    private void OnKilled(LiveJob job, AttemptEvent final, Action? acknowledge)
    {
        var reason = Bounded(final.Reason, "It was stopped on the machine.");
        if (job.Row.Effects is JobEffects.Safe or JobEffects.Exclusive && job.Row.EarlierAttempts.Count + 1 < MaxAttempts)
        {
            Requeue(job, AttemptStatus.Failed, acknowledge);
            return;
        }

        End(job, JobStatus.Failed, AttemptStatus.Failed, "job.killed", reason, acknowledge);
    }

    /// <summary>Seconds by our own clock; the node's word can only make it less (it may have been out of reach for a while).</summary>
    private void Meter(LiveJob job, AttemptEvent final)
    {
        if (job.Row.Kind == JobKind.Noop)
        {
            return;
        }

        var ours = job.Began > 0 ? _clock.GetElapsedTime(job.Began) : Now - (job.Row.StartedAt ?? Now);
        var seconds = final.Wall is { } wall && wall < ours ? wall : ours;
        job.Row.Seconds = Math.Round(Math.Max(0, seconds.TotalSeconds), 6);
    }

    /// <summary>Nobody will ever say how the attempt ended; the effects class decides what that means.</summary>
    private void Lose(LiveJob job, string why, Action? then = null)
    {
        Slot(job.Row.NodeId!.Value).Doubt();
        LogLost(job.Row.Id, job.Row.NodeId!.Value, job.Row.Effects);
        if (job.Row.CancelRequestedAt is not null)
        {
            End(job, JobStatus.Cancelled, AttemptStatus.Lost, "job.cancelled", job.Row.Error ?? "Cancelled.", then);
        }
        else if (job.Row.Effects == JobEffects.Once)
        {
            End(job, JobStatus.Unknown, AttemptStatus.Lost, "job.unknown", why + " It may or may not have done its work; it is not repeated by itself.", then);
        }
        else if (job.Row.EarlierAttempts.Count + 1 >= MaxAttempts)
        {
            End(job, JobStatus.Lost, AttemptStatus.Lost, "job.lost", why + $" That was the last of {MaxAttempts} attempts.", then);
        }
        else
        {
            Requeue(job, AttemptStatus.Lost, then);
        }
    }

    /// <param name="job">Which job.</param>
    /// <param name="ended">What became of its attempt.</param>
    /// <param name="then">Called after the commit.</param>
    /// <param name="full">A node that gets nothing more until something on it ends.</param>
    private void Requeue(LiveJob job, AttemptStatus ended, Action? then, NodeSlot? full = null)
    {
        var row = job.Row;
        var (status, fence) = (row.Status, row.Fence);
        Release(job);
        if (full is not null)
        {
            full.IsFull = true;
        }

        row.EarlierAttempts = [
            .. row.EarlierAttempts, new JobAttempt(row.AttemptId!.Value, row.Fence, row.NodeId, ended, row.StartedAt, Now, null, row.Sandbox, row.Network)];
        (row.Sandbox, row.Network, row.LeastSandbox) = (null, null, null);
        (row.Status, row.AttemptId, row.AttemptStatus, row.NodeId, row.AssignedAt, row.StartedAt) = (JobStatus.Queued, null, null, null, null, null);
        (job.Final, job.WaitEnds) = (null, 0);
        job.ForgetLogs();
        Commit(job, status, fence, then);
        _queue.Add(job);
        Changed(job);
        PlaceWaiting();
    }

    /// <summary>Writes the end, once; callers hear of it after the commit.</summary>
    private void End(LiveJob job, JobStatus end, AttemptStatus attempt, string? code, string? error, Action? then)
    {
        var row = job.Row;
        var (status, fence) = (row.Status, row.Fence);
        Release(job);
        _ending[row.Id] = job; // until the commit, for those who wait for it
        _live.TryRemove(row.Id, out _);
        (row.Status, row.FinishedAt, row.ErrorCode, row.Error) = (end, Now, code, TextCut.Words(error, Job.MaxError));
        row.AttemptStatus = row.AttemptId is null ? null : attempt;
        Commit(job, status, fence, () =>
        {
            then?.Invoke();
            job.Ended.TrySetResult(job.Result());
            _ending.TryRemove(row.Id, out _);
            Changed(job);
        });
        PlaceWaiting();
    }

    private void RecordLate(Guid nodeId, AttemptEvent happened)
    {
        LogLate(happened.Attempt.Id, nodeId, happened.Kind);
        if (!_slots.TryGetValue(nodeId, out var slot) || slot.LateResults++ >= MaxLateResults)
        {
            return; // a node that makes up results does not fill the database
        }

        _journal.Write(new JobWrite.Late(new LateResult
        {
            Id = Guid.CreateVersion7(),
            AttemptId = happened.Attempt.Id,
            Fence = happened.Attempt.Fence,
            NodeId = nodeId,
            Kind = happened.Kind,
            ExitCode = happened.Kind == AttemptEventKind.Finished ? happened.ExitCode : null,
            ReceivedAt = Now,
        }));
    }

    private const int MaxLateResults = 1000;

    private static string Bounded(string text, string otherwise) =>
        text.Length == 0 ? otherwise : TextCut.Words(text, 500);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} was refused by node {NodeId}: {ReasonCode}")]
    private partial void LogRejected(Guid jobId, Guid nodeId, string reasonCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {NodeId} was lost while running job {JobId}; its effects are {Effects}")]
    private partial void LogLost(Guid jobId, Guid nodeId, JobEffects effects);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Late result of attempt {AttemptId} from node {NodeId} ({Kind}): kept, changes nothing")]
    private partial void LogLate(Guid attemptId, Guid nodeId, AttemptEventKind kind);
}
