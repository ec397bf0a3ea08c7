using Microsoft.Extensions.Logging;
using OtherThing.Core.Nodes;

namespace OtherThing.Core.Jobs.Dispatch;

public sealed partial class JobDispatcher
{
    private NodeSlot Slot(Guid nodeId)
    {
        if (!_slots.TryGetValue(nodeId, out var slot))
        {
            _slots[nodeId] = slot = new NodeSlot(
                new NodeProfile(nodeId, "", Guid.Empty, new NodeFacts(), new LentResources(0, 0, []), "it is not connected"));
        }

        return slot;
    }

    /// <summary>Who serves a workspace, at most a second old: members, attachments and rights change under us.</summary>
    private async Task LoadServingAsync(Guid workspaceId)
    {
        if (_serving.TryGetValue(workspaceId, out var known) && _clock.GetElapsedTime(known.LoadedAt) < s_servingAge)
        {
            return;
        }

        try
        {
            var nodes = await _nodes.ListServingIdsAsync(workspaceId, CancellationToken.None);
            var least = await _nodes.FindLeastSandboxAsync(workspaceId, CancellationToken.None);
            _serving[workspaceId] = ([.. nodes], least, _clock.GetTimestamp());
        }
        catch (Exception failure)
        {
            // Without the database nothing new is placed; the job waits and is looked at again with the next tick.
            _serving.Remove(workspaceId);
            LogServingUnknown(failure, workspaceId);
        }
    }

    private async Task PlaceWaitingAsync()
    {
        if (_queue.Count == 0)
        {
            return;
        }

        foreach (var workspaceId in _queue.Workspaces())
        {
            await LoadServingAsync(workspaceId);
        }

        PlaceWaiting();
    }

    /// <summary>Places what waits by what is known; for the hot path, where a second-old view is fresh enough.</summary>
    private void PlaceWaiting()
    {
        if (_queue.Count > 0)
        {
            _queue.Place(TryPlace);
        }
    }

    private bool TryPlace(LiveJob job)
    {
        if (Choose(job) is not { } slot)
        {
            return false;
        }

        var (status, fence) = (job.Row.Status, job.Row.Fence);
        Begin(job, slot);
        var (session, snapshot, memory) = (slot.Session, job.Row.Snapshot(), slot.MemoryFor(job.Row.Id));
        Commit(job, status, fence, () => session?.Send(new NodeCommand.Assign(snapshot, memory)));
        Changed(job);
        return true;
    }

    private NodeSlot? Choose(LiveJob job)
    {
        if (!_serving.TryGetValue(job.Row.WorkspaceId, out var serving))
        {
            return null;
        }

        NodeSlot? best = null;
        var bestScore = double.MaxValue;
        foreach (var nodeId in serving.Nodes)
        {
            if (!_slots.TryGetValue(nodeId, out var slot) || slot is not { IsOpen: true, Session: not null }
                || job.RefusedBy.ContainsKey(nodeId)
                || Placement.Unfit(slot.Profile, job.Row, serving.LeastSandbox) is not null || Placement.Full(slot, job.Row) is not null)
            {
                continue;
            }

            var score = Placement.Score(slot, job.Row);
            if (score < bestScore)
            {
                (best, bestScore) = (slot, score);
            }
        }

        return best;
    }

    /// <summary>A new attempt on a node, in memory; the caller commits and then sends it.</summary>
    private void Begin(LiveJob job, NodeSlot slot)
    {
        var row = job.Row;
        row.Fence++;
        row.AttemptId = Guid.CreateVersion7();
        row.NodeId = slot.Profile.Id;
        row.LeastSandbox = _serving.GetValueOrDefault(row.WorkspaceId).LeastSandbox;
        (row.Status, row.AttemptStatus, row.AssignedAt) = (JobStatus.Assigned, AttemptStatus.Assigned, Now);
        (job.EventNo, job.Final, job.Began) = (0, null, 0);
        job.WaitEnds = After(TimeSpan.FromSeconds(_options.AssignSeconds));
        job.LeaseEnds = After(_options.Lease);
        Hold(job, slot);
    }

    private void Hold(LiveJob job, NodeSlot slot)
    {
        _byAttempt[job.Row.AttemptId!.Value] = job;
        slot.Reserve(job);
        _runningOn[slot.Profile.Id] = slot.Running.Count;
        _queue.Began(job.Row.WorkspaceId);
    }

    /// <summary>Gives back what the attempt held.</summary>
    private void Release(LiveJob job)
    {
        if (job.Row.AttemptId is not { } attemptId || !_byAttempt.Remove(attemptId))
        {
            return;
        }

        WriteLastRows(job);
        var slot = Slot(job.Row.NodeId!.Value);
        slot.Release(job);
        _runningOn[slot.Profile.Id] = slot.Running.Count;
        _queue.Ended(job.Row.WorkspaceId);
        Remember(attemptId);
    }

    private void Remember(Guid attemptId)
    {
        if (_recent.Add(attemptId))
        {
            _recentOrder.Enqueue(attemptId);
            if (_recentOrder.Count > RecentCapacity)
            {
                _recent.Remove(_recentOrder.Dequeue());
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Which nodes serve workspace {WorkspaceId} could not be read")]
    private partial void LogServingUnknown(Exception failure, Guid workspaceId);

    private NodeVerdict Judge(Job job, Node node)
    {
        var least = _serving.GetValueOrDefault(job.WorkspaceId).LeastSandbox;
        if (job.Status.IsFinal())
        {
            return new NodeVerdict(node.Id, node.Name, job.NodeId == node.Id, job.NodeId == node.Id ? "it ran here" : "the job has ended");
        }

        if (job.NodeId == node.Id)
        {
            return new NodeVerdict(node.Id, node.Name, true, "it has the job");
        }

        if (!_slots.TryGetValue(node.Id, out var slot) || slot is not { IsOpen: true, Session: not null })
        {
            return new NodeVerdict(node.Id, node.Name, false, Placement.Unfit(NodeProfile.Of(node), job, least) ?? "it is not connected");
        }

        var refused = _live.TryGetValue(job.Id, out var live) && live.RefusedBy.TryGetValue(node.Id, out var said) ? $"it refused the job: {said}" : null;
        var reason = Placement.Unfit(slot.Profile, job, least) ?? Placement.Full(slot, job) ?? refused;
        return new NodeVerdict(node.Id, node.Name, reason is null, reason ?? "it fits");
    }
}

/// <summary>What a node says to a job.</summary>
/// <param name="NodeId">Which node.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Fits">True when it could take the job now, or has it.</param>
/// <param name="Reason">Why, in words: "it lends 4 cores, the job needs 8".</param>
public sealed record NodeVerdict(Guid NodeId, string Name, bool Fits, string Reason);
