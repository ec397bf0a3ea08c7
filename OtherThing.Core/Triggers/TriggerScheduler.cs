using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Triggers;

/// <summary>
/// Starts what is due, once per due time whatever happens: the run's id is made from trigger and due time, so a second start of it is the
/// first one, and the due time moves on by one statement that only one server wins. Every server looks each second.
/// </summary>
public sealed partial class TriggerScheduler(
    ITriggerStore triggers, IFlowStore flows, FlowPlans plans, RunStarter runs, Door door, ILiveFeed feed, TimeProvider clock, ILogger<TriggerScheduler> logger)
    : BackgroundService
{
    private const int Round = 200;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    /// <summary>Starts everything that is due now.</summary>
    /// <returns>How many due times were settled by this call.</returns>
    public async Task<int> FireDueAsync(CancellationToken cancellationToken)
    {
        var settled = 0;
        foreach (var due in await triggers.FindDueAsync(clock.GetUtcNow().UtcDateTime, Round, cancellationToken))
        {
            try
            {
                settled += await SettleAsync(due, due.Trigger.NextAt!.Value, cancellationToken) ? 1 : 0;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(exception, due.Trigger.Id, due.Trigger.FlowId); // still due, so the next round tries again
            }
        }

        return settled;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await FireDueAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    LogRoundFailed(exception);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A quiet end.
        }
    }

    private async Task<bool> SettleAsync(PublishedTrigger due, DateTime dueAt, CancellationToken cancellationToken)
    {
        var trigger = due.Trigger;
        if (due.PublishedRevision is not { } version || due.PublishedBy is not { } publisher
            || await FindConfigAsync(trigger, version, cancellationToken) is not { } config
            || !Schedule.Parse(config.Cron, config.Timezone).TryGet(out var schedule, out _))
        {
            return await triggers.AdvanceAsync(trigger.Id, dueAt, null, null, "The published version has no such schedule.", cancellationToken);
        }

        var decision = ScheduleTimes.Decide(schedule, config.Missed, dueAt, clock.GetUtcNow().UtcDateTime);
        var (runId, note) = decision.FireAt is { } fireAt
            ? await StartAsync(due, version, publisher, fireAt, cancellationToken)
            : (null, "Skipped: no server ran at that time.");
        if (!await triggers.AdvanceAsync(trigger.Id, dueAt, decision.NextAt, new TriggerFire(decision.FireAt ?? dueAt, runId), note, cancellationToken))
        {
            return false; // another server was faster; its run is the same one
        }

        if (runId is null)
        {
            LogNotFired(trigger.Id, trigger.FlowId, dueAt, note ?? "");
        }

        feed.Publish(Topic.Workspace(trigger.WorkspaceId), new FlowsChanged());
        return true;
    }

    private async Task<(Guid? RunId, string? Note)> StartAsync(
        PublishedTrigger due, int version, Guid publisher, DateTime fireAt, CancellationToken cancellationToken)
    {
        var trigger = due.Trigger;
        var entered = await door.EnterAsync(Actor.Trigger(publisher), trigger.WorkspaceId, Operations.RunStart, cancellationToken);
        if (!entered.TryGet(out var entry, out _))
        {
            return (null, TriggerErrors.PublisherLeft.Message);
        }

        var start = new StartRun
        {
            WorkspaceId = trigger.WorkspaceId,
            FlowId = trigger.FlowId,
            FlowName = due.FlowName,
            FlowVersion = version,
            Trigger = RunTrigger.Schedule,
            TriggerStepId = trigger.StepId,
            StartedBy = entry.UserId,
            Input = JsonSerializer.Serialize(new { scheduledAt = fireAt }, Json.Options),
            MayExist = true,
        };
        var flow = await flows.FindHeadAsync(trigger.WorkspaceId, trigger.FlowId, cancellationToken);
        var id = TriggerRunId.Of("schedule", trigger.Id, fireAt.Ticks.ToString(CultureInfo.InvariantCulture));
        var begun = await runs.BeginAsync(start, flow, id);
        return begun.TryGet(out var runId, out var refusal) ? (runId, null) : (null, refusal.Message);
    }

    private async Task<ScheduleTriggerConfig?> FindConfigAsync(Trigger trigger, int version, CancellationToken cancellationToken) =>
        (await plans.ReadAsync(trigger.FlowId, version, null, cancellationToken)).TryGet(out var plan, out _)
        && plan.Root.Steps.FirstOrDefault(step => step.Definition.Id == trigger.StepId) is { Type.Name: ScheduleTriggerConfig.StepType } step
            ? ConfigTemplates.ReadStatic<ScheduleTriggerConfig>(step.Definition.Config)
            : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Schedule {TriggerId} of flow {FlowId} did not start a run for {DueAt:O}: {Reason}")]
    private partial void LogNotFired(Guid triggerId, Guid flowId, DateTime dueAt, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {TriggerId} of flow {FlowId} is due and failed; trying again")]
    private partial void LogFailed(Exception exception, Guid triggerId, Guid flowId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The search for due schedules failed; trying again")]
    private partial void LogRoundFailed(Exception exception);
}
