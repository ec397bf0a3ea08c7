using System.Text.Json;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Runs.Grains;

/// <summary>
/// <c>flow.call</c>: a run of another flow of the workspace, in the name of whoever the caller runs for. The child's id is the
/// attempt's, which the journal keeps before the attempt begins, so that a restarted server finds the same child.
/// </summary>
internal sealed class FlowCallExecutor(
    RunStarter starter, IFlowStore flows, IRunStore runs, IGrainFactory grains, Door door, RunOptions options, RunTurns turns) : IStepExecutor
{
    /// <summary>In pieces, because a grain call has a time limit of its own.</summary>
    private static readonly TimeSpan s_piece = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public string Type => "flow.call";

    /// <inheritdoc/>
    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        var root = call.RootRunId ?? call.RunId;
        var place = turns.BeginCall(call.AttemptId, turns.Calls(call.WorkspaceId, call.Depth + 1), root, call.OnlyWaits);
        // Until the database has said otherwise, the child of a resumed attempt may live.
        var (begun, entered) = (call.Resumed, false);
        try
        {
            begun = begun && await runs.FindAsync(call.WorkspaceId, call.AttemptId, cancellationToken) is not null;
            if (!begun && call.Depth >= options.CallDepth)
            {
                var tooDeep = RunErrors.TooDeep(options.CallDepth);
                return StepOutcome.Failed(tooDeep.Code, tooDeep.Message, noEffect: true);
            }

            if (!begun)
            {
                await place.TakeAsync(cancellationToken);
                entered = true;
            }

            // A child that lives may rest: it takes a place of its own accord before it goes on.
            return await CallAsync(call, begun, cancellationToken);
        }
        catch when ((begun || entered) && !call.IsHandedOver())
        {
            await grains.GetGrain<IRunGrain>(call.AttemptId).CancelAsync(); // the caller waits no more, so the child goes with it
            throw;
        }
        finally
        {
            turns.EndCall(call.AttemptId, place);
        }
    }

    private async Task<StepOutcome> CallAsync(StepCall call, bool begun, CancellationToken cancellationToken)
    {
        if (!begun && !await grains.GetGrain<IRunGrain>(call.RootRunId ?? call.RunId).AdmitCallAsync())
        {
            var tooMany = RunErrors.TooManyCalls(options.Calls);
            return StepOutcome.Failed(tooMany.Code, tooMany.Message, noEffect: true);
        }

        if (!begun && await BeginAsync(call, cancellationToken) is { } refusal)
        {
            return StepOutcome.Failed(refusal.Code, refusal.Message, noEffect: true) with { RetryAfter = refusal.RetryAfter };
        }

        return await EndOfAsync(call, cancellationToken);
    }

    private async Task<Error?> BeginAsync(StepCall call, CancellationToken cancellationToken)
    {
        var config = call.Config.Deserialize<FlowCallConfig>(Json.Options)!;
        if (!Guid.TryParse(config.FlowId, out var flowId))
        {
            return Error.Invalid("flow.call_invalid", "flowId", $"'{FlowValidator.Short(config.FlowId)}' is not the id of a flow.");
        }

        if ((await door.EnterAsync(Actor.Trigger(call.UserId), call.WorkspaceId, Operations.RunStart, cancellationToken)).Error is { } forbidden)
        {
            return forbidden;
        }

        if (await flows.FindHeadAsync(call.WorkspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        var version = flow.PublishedRevision ?? flow.Revision;
        if (!(await starter.PrepareAsync(call.WorkspaceId, flow, version, call.UserId, cancellationToken)).TryGet(out var plan, out var refusal)
            || !RunInput.Fit(plan, null, config.Input).TryGet(out var input, out refusal))
        {
            return refusal;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return (await starter.BeginAsync(
            new StartRun
            {
                WorkspaceId = call.WorkspaceId,
                FlowId = flowId,
                FlowName = flow.Name,
                FlowVersion = version,
                Trigger = RunTrigger.Flow,
                StartedBy = call.UserId,
                Input = input,
                MayExist = true,
                ParentRunId = call.RunId,
                ParentPath = call.Path,
                Depth = call.Depth + 1,
                RootRunId = call.RootRunId ?? call.RunId,
                Hops = call.Hops,
            },
            flow,
            call.AttemptId)).Error;
    }

    private async Task<StepOutcome> EndOfAsync(StepCall call, CancellationToken cancellationToken)
    {
        while (true)
        {
            await grains.GetGrain<IRunGrain>(call.AttemptId).WaitAsync(s_piece).WaitAsync(cancellationToken);
            switch (await runs.FindAsync(call.WorkspaceId, call.AttemptId, cancellationToken))
            {
                case null:
                    return StepOutcome.Failed("flow.call_gone", "The called run is not there any more.");
                case { Status: RunStatus.Succeeded } run:
                    return StepOutcome.Succeeded(run.Output?.Read() ?? Json.Null) with { StepRuns = run.StepRuns };
                case { Status: RunStatus.Cancelled } run:
                    return StepOutcome.Failed("flow.call_cancelled", $"The run of {run.FlowName} was cancelled.") with { StepRuns = run.StepRuns };
                case { Status: RunStatus.Failed } run:
                    return Explain(run) with { StepRuns = run.StepRuns };
            }
        }
    }

    /// <summary>A limit is named as it is, however deep it was met; everything else is told with its place.</summary>
    private static StepOutcome Explain(Run run)
    {
        var error = run.Error is { } text ? JsonSerializer.Deserialize<StepError>(text, Json.Options) : null;
        if (error is { Code: var code } && (code.StartsWith("run.limit.", StringComparison.Ordinal) || code == "flow.call_too_deep"))
        {
            return StepOutcome.Failed(code, error.Message);
        }

        var place = error?.Path is { } path ? $" at {path}" : "";
        return StepOutcome.Failed("flow.call_failed", $"{run.FlowName} failed{place}: {error?.Message ?? "no reason is kept."}");
    }
}
