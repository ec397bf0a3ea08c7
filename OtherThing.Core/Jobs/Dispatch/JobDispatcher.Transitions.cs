using Microsoft.Extensions.Logging;
using OtherThing.Core.Live;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs.Dispatch;

/// <summary>What changes the state of a job: taken in, stopped, written down, left to another server.</summary>
public sealed partial class JobDispatcher
{
    /// <summary>The code of a job whose row the database refused.</summary>
    internal const string NotKept = "job.not_kept";

    private async Task OnSubmitAsync(Job row, Action<string, string>? log, TaskCompletionSource<LiveJob> taken)
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
        (row.Status, row.Revision) = (JobStatus.Queued, 1);
        await LoadServingAsync(row.WorkspaceId);
        var slot = Choose(job);
        if (slot is null)
        {
            _queue.Add(job);
        }
        else
        {
            Begin(job, slot);
        }

        var snapshot = row.Snapshot();
        var memory = slot?.MemoryFor(row.Id) ?? 0;
        _journal.Write(
            new JobWrite.Insert(snapshot),
            applied =>
            {
                if (applied)
                {
                    slot?.Session?.Send(new NodeCommand.Assign(snapshot, memory));
                }
                else
                {
                    Post(() => OnDisownedAsync(job));
                }

                taken.TrySetResult(job);
            },
            refused =>
            {
                Post(() => OnNotKept(job, refused));
                taken.TrySetException(refused);
            });
        Changed(job);
    }

    private void OnCancel(Guid jobId, string reason, TaskCompletionSource<bool> done)
    {
        if (!_live.TryGetValue(jobId, out var job))
        {
            done.SetResult(false);
            return;
        }

        if (job.Row.CancelRequestedAt is not null && !job.TimedOut)
        {
            _journal.After(() => done.TrySetResult(true));
            return;
        }

        job.TimedOut = false;
        var row = job.Row;
        var (status, fence) = (row.Status, row.Fence);
        row.CancelRequestedAt = Now;
        row.Error = reason;
        if (row.AttemptStatus is null or AttemptStatus.Assigned)
        {
            // Nothing was started, and nothing can be: an acceptance that is on its way finds no job.
            _queue.Remove(job);
            var session = row.NodeId is { } nodeId ? Slot(nodeId).Session : null;
            session?.Send(new NodeCommand.Cancel(job.Attempt, reason));
            End(job, JobStatus.Cancelled, AttemptStatus.Cancelled, "job.cancelled", reason, () => done.TrySetResult(true));
            return;
        }

        Stop(job, reason);
        Commit(job, status, fence, () => done.TrySetResult(true), () => done.TrySetResult(false));
    }

    private void Stop(LiveJob job, string reason)
    {
        job.Row.AttemptStatus = AttemptStatus.Cancelling;
        job.WaitEnds = After(s_cancelWait);
        Slot(job.Row.NodeId!.Value).Session?.Send(new NodeCommand.Cancel(job.Attempt, reason));
    }

    private void Commit(LiveJob job, JobStatus from, long fromFence, Action? then = null, Action? otherwise = null)
    {
        job.Row.Revision++;
        var row = job.Row.Snapshot();
        _journal.Write(new JobWrite.Update(row, from, fromFence), Hear, refused => CommitFailure(job, row, from, fromFence, refused, otherwise));

        void Hear(bool applied)
        {
            if (applied)
            {
                then?.Invoke();
                return;
            }

            otherwise?.Invoke();
            Post(() => OnDisownedAsync(job));
        }
    }

    /// <summary>What the database cannot keep of a job ends it by name; the short row that says so can be kept.</summary>
    private void CommitFailure(LiveJob job, Job row, JobStatus from, long fromFence, RowRefusedException refused, Action? otherwise)
    {
        var attempt = new AttemptRef(row.AttemptId ?? Guid.Empty, row.Fence);
        (row.Status, row.FinishedAt, row.Sandbox) = (JobStatus.Failed, Now, null);
        (row.ErrorCode, row.Error) = (NotKept, TextCut.Words(refused.Message, Job.MaxError));
        row.AttemptStatus = row.AttemptId is null ? null : AttemptStatus.Failed;
        _journal.Write(new JobWrite.Update(row, from, fromFence), _ =>
        {
            otherwise?.Invoke();
            Post(() =>
            {
                if (row.NodeId is { } nodeId)
                {
                    Slot(nodeId).Session?.Send(new NodeCommand.Cancel(attempt, row.Error!));
                }

                return OnDisownedAsync(job);
            });
        });
    }

    private Task OnNotKept(LiveJob job, RowRefusedException refused)
    {
        _queue.Remove(job);
        Release(job);
        _live.TryRemove(job.Row.Id, out _);
        (job.Row.Status, job.Row.FinishedAt) = (JobStatus.Failed, Now);
        (job.Row.ErrorCode, job.Row.Error) = (NotKept, refused.Message);
        job.Ended.TrySetResult(job.Result());
        return PlaceWaitingAsync();
    }

    /// <summary>Somebody else wrote this job, or it existed before: what the database says counts.</summary>
    private async Task OnDisownedAsync(LiveJob job)
    {
        if (_foreign.TryAdd(job.Row.Id, job))
        {
            LogDisowned(job.Row.Id);
            _queue.Remove(job);
            Release(job);
            _live.TryRemove(job.Row.Id, out _);
            _ending.TryRemove(job.Row.Id, out _);
        }

        await FollowForeignAsync();
    }

    private async Task FollowForeignAsync()
    {
        foreach (var job in _foreign.Values.ToArray())
        {
            if (await _store.FindAsync(job.Row.Id, CancellationToken.None) is { } row && row.Status.IsFinal())
            {
                _foreign.Remove(job.Row.Id);
                job.Ended.TrySetResult(JobResults.Of(row, row.AttemptId is { } id ? await _store.ReadLogAsync(id, CancellationToken.None) : []));
            }
        }
    }

    private void Changed(LiveJob job)
    {
        _feed.Publish(Topic.Workspace(job.Row.WorkspaceId), new JobsChanged());
        if (job.Row.NodeId is { } nodeId)
        {
            _feed.Publish(Topic.Node(nodeId), new JobsChanged());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} was changed by another process; this process now only follows it")]
    private partial void LogDisowned(Guid jobId);
}
