using System.Collections.Concurrent;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs.Machine;

/// <summary>Compiled versions by flow and number; a kept version never changes, so neither does its plan.</summary>
public sealed class FlowPlans(IFlowStore flows)
{
    private const int Most = 500;
    private readonly ConcurrentDictionary<(Guid, int), FlowPlan> _plans = new();

    /// <summary>The plan of a kept version, or of one step of it.</summary>
    /// <param name="flowId">The flow.</param>
    /// <param name="version">The kept version.</param>
    /// <param name="onlyStep">The step to run alone; null for the whole flow.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The version is not kept or cannot run; a run is never started from such.</exception>
    public async ValueTask<FlowPlan> GetAsync(Guid flowId, int version, string? onlyStep, CancellationToken cancellationToken)
    {
        var read = await ReadAsync(flowId, version, onlyStep, cancellationToken);
        return read.IsSuccess ? read.Value : throw new InvalidOperationException($"Version {version} of flow {flowId} cannot run: {read.Error}");
    }

    /// <summary>The plan of a kept version, which may be one that was kept for a single step of it.</summary>
    /// <returns>The plan, or <c>flow.version_not_found</c>, <c>flow.invalid</c>.</returns>
    public async ValueTask<Result<FlowPlan>> ReadAsync(Guid flowId, int version, string? onlyStep, CancellationToken cancellationToken)
    {
        if (onlyStep is null && _plans.TryGetValue((flowId, version), out var plan))
        {
            return plan;
        }

        if (await flows.FindVersionAsync(flowId, version, cancellationToken) is not { } kept)
        {
            return FlowErrors.VersionNotFound(version);
        }

        var definition = FlowJson.Parse(kept.Definition).Value;
        if (onlyStep is not null)
        {
            return FlowPlan.CompileAlone(definition, onlyStep);
        }

        if (FlowPlan.Compile(definition).TryGet(out plan, out var invalid))
        {
            Add(flowId, version, plan);
            return plan;
        }

        return invalid;
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
