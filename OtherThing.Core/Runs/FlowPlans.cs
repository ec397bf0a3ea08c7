using System.Collections.Concurrent;
using OtherThing.Core.Flows;

namespace OtherThing.Core.Runs;

/// <summary>Compiled versions by flow and number; a kept version never changes, so neither does its plan.</summary>
public sealed class FlowPlans(IFlowStore flows)
{
    private const int Most = 500;
    private readonly ConcurrentDictionary<(Guid, int), FlowPlan> _plans = new();

    /// <summary>The plan of a kept version.</summary>
    /// <exception cref="InvalidOperationException">The version is not kept or cannot run; a run is never started from such.</exception>
    public async ValueTask<FlowPlan> GetAsync(Guid flowId, int version, CancellationToken cancellationToken)
    {
        if (_plans.TryGetValue((flowId, version), out var plan))
        {
            return plan;
        }

        var kept = await flows.FindVersionAsync(flowId, version, cancellationToken)
            ?? throw new InvalidOperationException($"Version {version} of flow {flowId} is not kept.");
        var compiled = FlowPlan.Compile(FlowJson.Parse(kept.Definition).Value);
        plan = compiled.IsSuccess ? compiled.Value : throw new InvalidOperationException(compiled.Error.ToString());
        Add(flowId, version, plan);
        return plan;
    }

    /// <summary>The plan if it is at hand, which also means that its version is kept.</summary>
    public FlowPlan? Find(Guid flowId, int version) => _plans.GetValueOrDefault((flowId, version));

    /// <summary>Remembers a plan whose version was kept just now.</summary>
    public void Add(Guid flowId, int version, FlowPlan plan)
    {
        if (_plans.Count >= Most)
        {
            _plans.Clear(); // rare, and cheaper than keeping an order
        }

        _plans[(flowId, version)] = plan;
    }
}
