namespace OtherThing.Core.Runs.Queue;

/// <summary>What waits in a workspace, and what is under way.</summary>
/// <param name="Limit">How many runs the workspace lets be under way at once; null for no limit.</param>
/// <param name="Begun">How many of its runs have begun and not ended; called runs go with their caller and are not counted.</param>
/// <param name="Flows">The flows with queued runs.</param>
public sealed record RunQueueState(int? Limit, int Begun, IReadOnlyList<FlowWaiting> Flows);

/// <summary>One flow's part of the queue.</summary>
/// <param name="FlowId">The flow.</param>
/// <param name="Queued">How many of its runs wait.</param>
/// <param name="Begun">How many have begun and not ended.</param>
/// <param name="Limit">How many may be under way at once; null for no limit.</param>
/// <param name="Paused">True while none may begin.</param>
public sealed record FlowWaiting(Guid FlowId, int Queued, int Begun, int? Limit, bool Paused);

/// <summary>Reads the queue of a workspace.</summary>
public interface IRunQueueStore
{
    /// <summary>What waits and what is under way.</summary>
    Task<RunQueueState> ReadAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>The queued runs of a flow, oldest first.</summary>
    Task<IReadOnlyList<Guid>> OldestAsync(Guid workspaceId, Guid flowId, int count, CancellationToken cancellationToken);

    /// <summary>The workspaces in which runs wait.</summary>
    Task<IReadOnlyList<Guid>> WorkspacesAsync(CancellationToken cancellationToken);
}

/// <summary>Who comes next: one run of each flow in turn, as far as the limits of flow and workspace leave room. No I/O.</summary>
internal static class FairTurns
{
    /// <summary>How many begin in one go; the rest is looked at again right after.</summary>
    private const int Most = 200;

    /// <summary>The flows whose oldest run may begin, in the order they should; a flow may come several times.</summary>
    /// <param name="state">The queue.</param>
    /// <param name="last">The flow that was served last; its turn comes after the others'.</param>
    public static IReadOnlyList<Guid> Next(RunQueueState state, Guid? last)
    {
        var room = Math.Min(Most, Math.Max(0, (state.Limit ?? int.MaxValue) - state.Begun));
        var waiting = state.Flows
            .Select(flow => (flow.FlowId, Room: flow.Paused ? 0 : Math.Min(flow.Queued, Math.Max(0, (flow.Limit ?? int.MaxValue) - flow.Begun))))
            .Where(flow => flow.Room > 0)
            .OrderBy(flow => last is { } served && flow.FlowId.CompareTo(served) <= 0).ThenBy(flow => flow.FlowId)
            .ToList();
        var turns = new List<Guid>();
        for (var round = 0; turns.Count < room && waiting.Count > 0; round++)
        {
            waiting.RemoveAll(flow => flow.Room <= round);
            turns.AddRange(waiting.Take(room - turns.Count).Select(flow => flow.FlowId));
        }

        return turns;
    }
}
