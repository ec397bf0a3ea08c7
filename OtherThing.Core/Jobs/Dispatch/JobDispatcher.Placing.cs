using OtherThing.Core.Jobs.Machine;
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

    /// <summary>Places what waits; where it has to be read first which nodes serve, as soon as it is.</summary>
    private void LookAndPlace()
    {
        if (_queue.Count == 0)
        {
            return;
        }

        var reading = _serving.FreshenAsync(_queue.Workspaces());
        if (reading.IsCompleted)
        {
            PlaceWaiting();
        }
        else
        {
            _ = PlaceAfterAsync(reading);
        }
    }

    private async Task PlaceAfterAsync(Task reading)
    {
        await reading;
        Post(PlaceWaiting);
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
        if (PlaceFor(job) is not { } place)
        {
            return false;
        }

        Apply(job, new JobEvent.Assign(place));
        return true;
    }

    /// <summary>The best node for a job now, as a place for a new attempt; null when none fits.</summary>
    private JobPlace? PlaceFor(LiveJob job)
    {
        if (_serving.Find(job.Row.WorkspaceId) is not { } serving)
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

        return best is null ? null : new JobPlace(best.Profile.Id, Guid.CreateVersion7(), serving.LeastSandbox, best.MemoryFor(job.Row));
    }

    private void Hold(LiveJob job, NodeSlot slot)
    {
        _byAttempt[job.Row.AttemptId!.Value] = job;
        slot.Reserve(job);
        _runningOn[slot.Profile.Id] = slot.Running.Count;
        _queue.Began(job.Row.WorkspaceId);
    }

    /// <summary>Gives back what the attempt held.</summary>
    private void Release(LiveJob job, bool leavesNodeFull = false)
    {
        if (job.Row.AttemptId is not { } attemptId || !_byAttempt.Remove(attemptId))
        {
            return;
        }

        WriteLastRows(job);
        var slot = Slot(job.Row.NodeId!.Value);
        slot.Release(job, leavesNodeFull);
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

    private NodeVerdict Judge(Job job, Node node)
    {
        var least = _serving.Find(job.WorkspaceId)?.LeastSandbox;
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
