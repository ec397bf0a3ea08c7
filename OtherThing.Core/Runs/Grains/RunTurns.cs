using System.Collections.Concurrent;
using OtherThing.Core.Runs.Queue;

namespace OtherThing.Core.Runs.Grains;

/// <summary>How runs share the server: workspaces take turns, whatever one of them has to do.</summary>
internal sealed class RunTurns(RunOptions options)
{
    // Half of the cores at most work off long inline parts; the others are for everybody's reads and short runs.
    private readonly FairGate _long = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly ConcurrentDictionary<(Guid Workspace, int Depth), FairGate> _calls = new();
    private readonly ConcurrentDictionary<Guid, CallPlace> _called = new();

    /// <summary>How long a run works before others get their turn.</summary>
    public TimeSpan Turn { get; } = TimeSpan.FromMilliseconds(options.TurnMilliseconds);

    /// <summary>Waits for a turn of a run that has more to do than fits into its first one; end it by <see cref="EndLong"/>.</summary>
    public Task BeginLongAsync(Guid workspaceId) => _long.EnterAsync(workspaceId, CancellationToken.None);

    /// <summary>Ends a turn.</summary>
    public void EndLong() => _long.Leave();

    /// <summary>
    /// The places of called runs at a depth of a workspace. A called run only ever waits for places one depth further in, and the
    /// deepest call nothing, so that runs which call one another cannot block each other.
    /// </summary>
    public FairGate Calls(Guid workspaceId, int depth) =>
        _calls.GetOrAdd((workspaceId, depth), static (_, places) => new FairGate(places), options.CallsAtOnce);

    /// <summary>Makes the place of a called run, which has none yet; end it by <see cref="EndCall"/>.</summary>
    /// <param name="runId">The called run.</param>
    /// <param name="places">Where it takes one.</param>
    /// <param name="party">Whose turn it counts as: the run at the top.</param>
    /// <param name="firstRest">Hears that the called run rests for the first time.</param>
    public CallPlace BeginCall(Guid runId, FairGate places, Guid party, Action firstRest) => _called[runId] = new CallPlace(places, party, firstRest);

    /// <summary>The place of a called run; null when nobody here waits for it.</summary>
    public CallPlace? FindCalled(Guid runId) => _called.GetValueOrDefault(runId);

    /// <summary>Ends a call; its place is free.</summary>
    public void EndCall(Guid runId, CallPlace place)
    {
        _called.TryRemove(KeyValuePair.Create(runId, place)); // another owner of the caller may wait for the run since
        place.Dispose();
    }
}
