using System.Text.Json;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Runs.Repeat;

/// <summary>Runs one step of a flow's saved draft by itself, with an input and outputs of other steps that are chosen or pinned.</summary>
public sealed class RunStepService(IRunStore runs, IFlowStore flows, IPinStore pins, RunStarter starter, Door door, AuditLog audit, TimeProvider clock)
{
    private const int MostCharacters = 4 * 1024 * 1024;

    /// <summary>
    /// Starts a run of that step alone (A37); answers once the start is on disk. The step itself is carried out even when it is pinned;
    /// the rest of the flow may still have problems. The run is marked by <see cref="Run.OnlyStep"/>.
    /// </summary>
    /// <param name="actor">Who asks; the run acts for them.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow.</param>
    /// <param name="stepId">The step's id in the saved draft.</param>
    /// <param name="request">What it is run with.</param>
    /// <param name="cancellationToken">Stops waiting; a run that began goes on.</param>
    /// <returns>The run's id, or <c>flow.not_found</c>, <c>flow.step_not_found</c>, <c>flow.invalid</c> (of this step), <c>run.not_found</c>,
    /// <c>run.input_too_large</c>.</returns>
    public async Task<Result<Guid>> StartAsync(
        Actor actor, Guid workspaceId, Guid flowId, string stepId, StepRunRequest request, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.RunStart, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        if (!FlowPlan.CompileAlone(flow.ReadDefinition(), stepId).TryGet(out var plan, out refusal))
        {
            return refusal;
        }

        Run? from = null;
        if (request.FromRun is { } fromId && ((from = await runs.FindAsync(workspaceId, fromId, cancellationToken)) is null || from.FlowId != flowId))
        {
            return RunErrors.NotFound;
        }

        if (!RunInput.Fit(plan, null, request.Input ?? from?.Input.Read()).TryGet(out var input, out refusal))
        {
            return refusal;
        }

        var givens = JsonSerializer.Serialize(await GatherAsync(plan, flow, stepId, from, request, cancellationToken), Json.Options);
        if (givens.Length > MostCharacters)
        {
            return RunErrors.InputTooLarge;
        }

        await flows.KeepVersionAsync(new FlowVersion(flow, entry.UserId, clock.GetUtcNow().UtcDateTime), cancellationToken);
        var begun = await starter.BeginAsync(new StartRun
        {
            WorkspaceId = workspaceId,
            FlowId = flowId,
            FlowName = flow.Name,
            FlowVersion = flow.Revision,
            Trigger = RunTrigger.Manual,
            StartedBy = entry.UserId,
            Input = input,
            OnlyStep = stepId,
            Hops = actor.Hops,
            Givens = givens,
        }, await flows.FindHeadAsync(workspaceId, flowId, cancellationToken));
        if (begun.TryGet(out var runId, out _))
        {
            audit.Post(actor, workspaceId, Operations.RunStart, $"run:{runId}", $"step {stepId} of flow:{flowId}");
        }

        return begun;
    }

    /// <summary>What the step's templates read of the steps around it, and the pins of what is inside it.</summary>
    private async Task<RunGivens> GatherAsync(
        FlowPlan plan, Flow flow, string stepId, Run? from, StepRunRequest request, CancellationToken cancellationToken)
    {
        var read = plan.StepsRead();
        var given = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (from is not null)
        {
            foreach (var step in RunHistory.Fold(await runs.ReadJournalAsync(from.Id, 0, cancellationToken)))
            {
                if (step is { Status: StepRunStatus.Succeeded, Output: { } output })
                {
                    given[step.StepId] = output; // of many items the last
                }
            }
        }

        var inside = new Dictionary<string, PinnedOutput>(StringComparer.Ordinal);
        foreach (var pin in await pins.ListAsync(flow.WorkspaceId, flow.Id, cancellationToken))
        {
            given[pin.StepId] = pin.ReadOutput();
            if (pin.StepId != stepId && plan.StepIds.Contains(pin.StepId))
            {
                inside[pin.StepId] = new PinnedOutput(pin.ReadOutput(), pin.Port);
            }
        }

        foreach (var (id, output) in request.Steps ?? new Dictionary<string, JsonElement>())
        {
            given[id] = output;
        }

        return new RunGivens
        {
            Pins = inside.Count == 0 ? null : inside,
            Steps = given.Where(pair => (read.Contains(pair.Key) || read.Contains("*")) && !plan.StepIds.Contains(pair.Key))
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
            Item = request.Item,
            Index = request.Index ?? (request.Item is null ? null : 0),
            Iteration = request.Iteration,
        };
    }
}
