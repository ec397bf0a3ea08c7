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

/// <summary>Repeats runs: whole, from a step, their failed items only, or past a step whose fate was unknown.</summary>
public sealed class RunRepeatService(IRunStore runs, IFlowStore flows, FlowPlans plans, RunStarter starter, AuditLog audit, Door door)
{
    /// <summary>Repeats a run, whole or from a step, with its own or another input (A38); what came before the step is not called again.</summary>
    /// <returns>The new run's id, or <c>run.not_found</c>, <c>run.step_not_found</c>, <c>run.input_invalid</c>, <c>flow.version_not_found</c>,
    /// <c>flow.paused</c>.</returns>
    public async Task<Result<Guid>> RerunAsync(
        Actor actor, Guid workspaceId, Guid runId, string? fromStep, JsonElement? input, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.RunRetry, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await runs.FindAsync(workspaceId, runId, cancellationToken) is not { } run)
        {
            return RunErrors.NotFound;
        }

        var plan = await plans.GetAsync(run.FlowId, run.FlowVersion, run.OnlyStep, cancellationToken);
        return fromStep is not null && !plan.StepIds.Contains(fromStep)
            ? RunErrors.StepNotFound(fromStep)
            : audit.TellBegun(
                await RepeatAsync(run, plan, entry.UserId, fromStep is null ? null : new TakeOver { FromStep = fromStep }, input, cancellationToken),
                actor, workspaceId, Operations.RunRetry, $"run:{runId} again{(fromStep is null ? "" : $" from step {fromStep}")}");
    }

    /// <summary>
    /// Repeats a run for the items of one of its maps that failed (A38): the other items and everything before the map are taken over. The
    /// map is one at the top of the flow, and the input stays as it was, so that the items are the same.
    /// </summary>
    /// <returns>The new run's id, or <c>run.not_found</c>, <c>run.not_finished</c>, <c>run.map_not_found</c>, <c>run.no_failed_items</c>,
    /// <c>flow.paused</c>.</returns>
    public async Task<Result<Guid>> RerunFailedItemsAsync(
        Actor actor, Guid workspaceId, Guid runId, string mapStep, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.RunRetry, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await runs.FindAsync(workspaceId, runId, cancellationToken) is not { } run)
        {
            return RunErrors.NotFound;
        }

        if (!run.Status.IsFinal())
        {
            return RunErrors.NotFinished;
        }

        var plan = await plans.GetAsync(run.FlowId, run.FlowVersion, run.OnlyStep, cancellationToken);
        return TakeOverRules.FailedItems(plan, RunHistory.Fold(await runs.ReadJournalAsync(runId, 0, cancellationToken)), mapStep) switch
        {
            null => RunErrors.MapNotFound(mapStep),
            0 => RunErrors.NoFailedItems(mapStep),
            _ => audit.TellBegun(
                await RepeatAsync(run, plan, entry.UserId, new TakeOver { FromStep = mapStep, FailedItemsOnly = true }, null, cancellationToken),
                actor, workspaceId, Operations.RunRetry, $"run:{runId} again for the failed items of {mapStep}"),
        };
    }

    /// <summary>
    /// Settles a step whose fate is unknown and which ended its run (A42: Members their own runs): a new run takes over all results and goes
    /// on there, with the output a person gives because it happened, or by carrying the step out again because it did not.
    /// </summary>
    /// <param name="actor">Who settles it.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="runId">The run that ended there.</param>
    /// <param name="path">The step's path in that run.</param>
    /// <param name="happened">True when it did happen.</param>
    /// <param name="output">What it put out, when it happened; null is JSON null.</param>
    /// <param name="cancellationToken">Stops waiting; a run that began goes on.</param>
    /// <returns>The new run's id, or <c>run.settle_invalid</c>, <c>run.not_found</c>, <c>run.not_unknown</c>, <c>run.input_too_large</c>,
    /// <c>flow.paused</c>.</returns>
    public async Task<Result<Guid>> SettleAsync(
        Actor actor, Guid workspaceId, Guid runId, string? path, bool? happened, JsonElement? output, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.RunSettle, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await runs.FindAsync(workspaceId, runId, cancellationToken) is not { } run)
        {
            return RunErrors.NotFound;
        }

        if (entry.Refuse(run.StartedBy) is { } notYours)
        {
            return notYours;
        }

        if (string.IsNullOrEmpty(path) || happened is not { } itHappened)
        {
            return RunErrors.SettleInvalid(string.IsNullOrEmpty(path) ? "path" : "happened");
        }

        var step = RunHistory.Fold(await runs.ReadJournalAsync(runId, 0, cancellationToken)).LastOrDefault(step => step.Path == path);
        if (step?.Status != StepRunStatus.Unknown || run.Status != RunStatus.Failed || ErrorPathOf(run) != path)
        {
            return RunErrors.NotUnknown(path);
        }

        var given = output is { ValueKind: not JsonValueKind.Undefined } value ? value.GetRawText() : "null";
        if (given.Length > RunInput.MostBytes)
        {
            return RunErrors.InputTooLarge;
        }

        var plan = await plans.GetAsync(run.FlowId, run.FlowVersion, run.OnlyStep, cancellationToken);
        var what = new TakeOver { SettledPath = path, SettledOutput = itHappened ? given : null, SettledBy = entry.UserId };
        var started = await RepeatAsync(run, plan, entry.UserId, what, null, cancellationToken);
        if (started.IsSuccess)
        {
            await audit.AppendAsync(
                actor, workspaceId, Operations.RunSettle, $"run:{runId}", $"{path}: {(itHappened ? "it happened" : "it did not happen")}");
        }

        return started;
    }

    private static string? ErrorPathOf(Run run) =>
        run.Error is { } error ? JsonSerializer.Deserialize<StepError>(error, Json.Options)?.Path : null;

    private async Task<Result<Guid>> RepeatAsync(
        Run run, FlowPlan plan, Guid userId, TakeOver? takeOver, JsonElement? input, CancellationToken cancellationToken)
    {
        if (!RunInput.Fit(plan, run.TriggerStepId, input ?? run.Input.Read()).TryGet(out var fitted, out var refusal))
        {
            return refusal;
        }

        var start = new StartRun
        {
            WorkspaceId = run.WorkspaceId,
            FlowId = run.FlowId,
            FlowName = run.FlowName,
            FlowVersion = run.FlowVersion,
            Trigger = RunTrigger.Rerun,
            TriggerStepId = run.TriggerStepId,
            StartedBy = userId,
            Input = fitted,
            RerunOf = run.Id,
            TakeOver = takeOver,
            OnlyStep = run.OnlyStep,
            Givens = run.Givens,
        };
        return await starter.BeginAsync(start, await flows.FindHeadAsync(run.WorkspaceId, run.FlowId, cancellationToken));
    }
}
