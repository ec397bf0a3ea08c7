using System.Text.Json;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Runs;

/// <summary>Starts runs of a workspace's flows for people and programs that ask for them.</summary>
public sealed class RunStartService(IFlowStore flows, IPinStore pins, RunStarter starter, AuditLog audit, Door door)
{
    /// <summary>Starts a run of a flow (A37); answers once the start is on disk.</summary>
    /// <param name="actor">Who asks; the run acts for them.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow.</param>
    /// <param name="input">The input; null is an empty object.</param>
    /// <param name="version">A kept version; null runs the latest draft, whose pinned steps are not carried out.</param>
    /// <param name="cancellationToken">Stops waiting; a run that began goes on.</param>
    /// <param name="triggerStepId">The trigger to start from, whose output the input is; null takes the first one started by hand, else the first.</param>
    /// <returns>The run's id, or <c>flow.not_found</c>, <c>flow.version_not_found</c>, <c>flow.invalid</c>, <c>flow.step_not_found</c>,
    /// <c>run.no_steps</c>, <c>run.input_invalid</c>, <c>flow.paused</c>, <c>run.limit.hops</c>.</returns>
    public async Task<Result<Guid>> StartAsync(
        Actor actor, Guid workspaceId, Guid flowId, JsonElement? input, int? version, CancellationToken cancellationToken, string? triggerStepId = null)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.RunStart, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await flows.FindHeadAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        var prepared = await starter.PrepareAsync(workspaceId, flow, version ?? flow.Revision, entry.UserId, cancellationToken);
        if (!prepared.TryGet(out var plan, out refusal))
        {
            return refusal;
        }

        if (triggerStepId is not null && !plan.Root.Steps.Any(step => step.Definition.Id == triggerStepId && step.Type.IsTrigger))
        {
            return FlowErrors.StepNotFound(triggerStepId);
        }

        if (!RunInput.Fit(plan, triggerStepId, input).TryGet(out var fitted, out refusal))
        {
            return refusal;
        }

        var begun = await starter.BeginAsync(new StartRun
        {
            WorkspaceId = workspaceId,
            FlowId = flowId,
            FlowName = flow.Name,
            FlowVersion = version ?? flow.Revision,
            Trigger = RunTrigger.Manual,
            TriggerStepId = triggerStepId,
            StartedBy = entry.UserId,
            Input = fitted,
            Hops = actor.Hops,
            Givens = version is null && flow.HasPins ? await ReadPinsAsync(flow, plan, workspaceId, cancellationToken) : null,
        }, flow);
        return audit.TellBegun(begun, actor, workspaceId, Operations.RunStart, $"'{flow.Name}' of flow:{flowId}");
    }

    private async Task<string?> ReadPinsAsync(FlowHead flow, FlowPlan plan, Guid workspaceId, CancellationToken cancellationToken)
    {
        var pinned = (await pins.ListAsync(workspaceId, flow.Id, cancellationToken)).Where(pin => plan.StepIds.Contains(pin.StepId))
            .ToDictionary(pin => pin.StepId, pin => new PinnedOutput(pin.ReadOutput(), pin.Port), StringComparer.Ordinal);
        return pinned.Count == 0 ? null : JsonSerializer.Serialize(new RunGivens { Pins = pinned }, Json.Options);
    }
}
