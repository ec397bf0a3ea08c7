using Microsoft.Extensions.Logging;
using OtherThing.Core.Jobs.Machine;
using OtherThing.Core.Live;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>Carries out what the machine decides: slots and queue follow the job, the journal keeps it, others hear of it after the commit.</summary>
public sealed partial class JobDispatcher
{
    /// <summary>The code of a job whose row the database refused.</summary>
    internal const string NotKept = "job.not_kept";

    private const int MaxLateResults = 1000;

    private Task<LiveJob> TakeInAsync(Job job, Action<string, string>? log, CancellationToken cancellationToken)
    {
        var taken = new TaskCompletionSource<LiveJob>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => OnSubmit(job, log, taken));
        return taken.Task.WaitAsync(cancellationToken);
    }

    private void OnSubmit(Job row, Action<string, string>? log, TaskCompletionSource<LiveJob> taken)
    {
        if (_live.TryGetValue(row.Id, out var known) || _ending.TryGetValue(row.Id, out known) || _foreign.TryGetValue(row.Id, out known))
        {
            known.Listen(log);
            taken.SetResult(known);
            return;
        }

        var job = new LiveJob(row, _clock);
        job.Listen(log);
        _live[row.Id] = job;
        var step = _machine.Apply(job.State, new JobEvent.Submit(PlaceFor(job)), Moment);
        job.State = step.State;
        var session = (INodeSession?)null;
        if (job.Row.NodeId is { } nodeId)
        {
            Hold(job, Slot(nodeId));
            session = Slot(nodeId).Session;
        }
        else
        {
            _queue.Add(job);
        }

        _journal.Write(
            step.Write!,
            applied =>
            {
                if (applied)
                {
                    Send(session, step.Then);
                    SayChanged(step.State.Job, null);
                }
                else
                {
                    Post(() => OnDisowned(job));
                }

                taken.TrySetResult(job);
            },
            refused =>
            {
                Post(() => OnNotKept(job, refused));
                taken.TrySetException(refused);
            });
        if (job.Row.NodeId is null && !_serving.IsFresh(row.WorkspaceId))
        {
            LookAndPlace(); // something changed since it was read
        }
    }

    /// <summary>Tells the machine what happened to a job, and carries out what comes of it.</summary>
    /// <param name="job">Which job.</param>
    /// <param name="happened">What.</param>
    /// <param name="speaker">The session that said it, which gets the answer; null for the one that its node has.</param>
    /// <param name="heard">Hears, after the commit, whether the job is still ours.</param>
    private JobStep Apply(LiveJob job, JobEvent happened, INodeSession? speaker = null, Action<bool>? heard = null)
    {
        var step = _machine.Apply(job.State, happened, Moment);
        if (step is { Write: null, AtOnce.Count: 0, Then.Count: 0 } && heard is null)
        {
            job.State = step.State;
        }
        else
        {
            CarryOut(job, step, speaker, heard);
        }

        return step;
    }

    private void CarryOut(LiveJob job, JobStep step, INodeSession? speaker, Action<bool>? heard)
    {
        var before = job.Row;
        foreach (var command in step.AtOnce)
        {
            Do(job, command);
        }

        var session = speaker ?? ((before.NodeId ?? step.State.Job.NodeId) is { } nodeId ? Slot(nodeId).Session : null);
        var freed = Follow(job, step);
        if (step.Write is JobWrite.Update update)
        {
            Commit(job, before.NodeId, update, applied =>
            {
                if (applied)
                {
                    Send(session, step.Then);
                }

                heard?.Invoke(applied);
            });
        }
        else if (step.Then.Count > 0 || heard is not null)
        {
            _journal.After(() =>
            {
                Send(session, step.Then);
                heard?.Invoke(true);
            });
        }

        if (freed)
        {
            PlaceWaiting();
        }
    }

    private static void Send(INodeSession? session, IReadOnlyList<NodeCommand> frames)
    {
        foreach (var frame in frames)
        {
            session?.Send(frame);
        }
    }

    private void Do(LiveJob job, JobCommand command)
    {
        switch (command)
        {
            case JobCommand.Stop stop:
                Slot(stop.NodeId).Session?.Send(stop.Frame);
                break;
            case JobCommand.Answered answered:
                Slot(answered.NodeId).Answer(answered.Proven);
                break;
            case JobCommand.Refused refused:
                LogRejected(job.Row.Id, refused.NodeId, refused.Code);
                if (!refused.IsOnlyFull)
                {
                    Slot(refused.NodeId).Doubt();
                    job.RefusedBy[refused.NodeId] = refused.Reason;
                }

                break;
            case JobCommand.Unanswered unanswered:
                Slot(unanswered.NodeId).Doubt();
                break;
            case JobCommand.Lost lost:
                Slot(lost.NodeId).Doubt();
                LogLost(job.Row.Id, lost.NodeId, job.Row.Effects);
                break;
            case JobCommand.KeepLate late:
                KeepLate(late);
                break;
        }
    }

    /// <summary>Slots, queue and who is told go by where the job stands now.</summary>
    /// <returns>True when something may have become free.</returns>
    private bool Follow(LiveJob job, JobStep step)
    {
        var (before, after) = (job.Row, step.State.Job);
        if (before.AttemptId == after.AttemptId && !after.Status.IsFinal())
        {
            job.State = step.State;
            return false;
        }

        var left = before.AttemptId is not null;
        if (left)
        {
            Release(job, step.LeavesNodeFull);
        }

        if (after.Status.IsFinal())
        {
            _ending[after.Id] = job; // until the commit, for those who wait for it
            _live.TryRemove(after.Id, out _);
        }

        job.State = step.State;
        if (!left && after.Status.IsFinal())
        {
            _queue.Remove(job);
        }
        else if (after.Status == JobStatus.Queued)
        {
            job.ForgetLogs();
            _queue.Add(job);
        }
        else if (after.NodeId is { } nodeId && !after.Status.IsFinal())
        {
            Hold(job, Slot(nodeId));
        }

        return left || after.Status.IsFinal();
    }

    private void Commit(LiveJob job, Guid? left, JobWrite.Update update, Action<bool> heard)
    {
        var ends = update.Job.Status.IsFinal();
        _journal.Write(update, Hear, refused => CommitFailure(job, update, refused, heard));

        void Hear(bool applied)
        {
            heard(applied);
            if (!applied)
            {
                Post(() => OnDisowned(job));
                return;
            }

            if (ends)
            {
                job.Ended.TrySetResult(job.Result());
                _ending.TryRemove(update.Job.Id, out _);
            }

            SayChanged(update.Job, left);
        }
    }

    /// <summary>What the database cannot keep of a job ends it by name; the short row that says so can be kept.</summary>
    private void CommitFailure(LiveJob job, JobWrite.Update update, RowRefusedException refused, Action<bool> heard)
    {
        var row = update.Job.NotKept(NotKept, refused.Message, Now);
        var attempt = new AttemptRef(row.AttemptId ?? Guid.Empty, row.Fence);
        _journal.Write(update with { Job = row }, _ =>
        {
            heard(false);
            Post(() =>
            {
                if (row.NodeId is { } nodeId)
                {
                    Slot(nodeId).Session?.Send(new NodeCommand.Cancel(attempt, row.Error!));
                }

                OnDisowned(job);
            });
        });
    }

    private void OnNotKept(LiveJob job, RowRefusedException refused)
    {
        LetGo(job);
        job.State = job.State with { Job = job.Row.NotKept(NotKept, refused.Message, Now) };
        job.Ended.TrySetResult(job.Result());
        LookAndPlace();
    }

    private void LetGo(LiveJob job)
    {
        _queue.Remove(job);
        Release(job);
        _live.TryRemove(job.Row.Id, out _);
    }

    private void KeepLate(JobCommand.KeepLate late)
    {
        var word = late.Word;
        LogLate(word.Attempt.Id, late.NodeId, word.Kind);
        if (!_slots.TryGetValue(late.NodeId, out var slot) || slot.LateResults++ >= MaxLateResults)
        {
            return; // a node that makes up results does not fill the database
        }

        _journal.Write(new JobWrite.Late(new LateResult
        {
            Id = Guid.CreateVersion7(),
            AttemptId = word.Attempt.Id,
            Fence = word.Attempt.Fence,
            NodeId = late.NodeId,
            Kind = word.Kind,
            ExitCode = word.Kind == AttemptEventKind.Finished ? word.ExitCode : null,
            ReceivedAt = Now,
        }));
    }

    /// <summary>Says that a job moved, on the topics of its workspace and of the node that has it or left it: there is something to read now.</summary>
    private void SayChanged(Job row, Guid? left)
    {
        _feed.Publish(Topic.Workspace(row.WorkspaceId), new JobsChanged());
        if ((row.NodeId ?? left) is { } nodeId)
        {
            _feed.Publish(Topic.Node(nodeId), new JobsChanged());
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} was refused by node {NodeId}: {ReasonCode}")]
    private partial void LogRejected(Guid jobId, Guid nodeId, string reasonCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {NodeId} was lost while running job {JobId}; its effects are {Effects}")]
    private partial void LogLost(Guid jobId, Guid nodeId, JobEffects effects);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Late result of attempt {AttemptId} from node {NodeId} ({Kind}): kept, changes nothing")]
    private partial void LogLate(Guid attemptId, Guid nodeId, AttemptEventKind kind);
}
