using System.Globalization;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Queue;
using OtherThing.Core.Triggers;

namespace OtherThing.Core.Flows;

/// <summary>A flow's settings: limits, and the switch that lets nothing new start.</summary>
public sealed partial class FlowSettingsService(
    IFlowStore flows, AuditLog audit, WebhookTargets webhooks, IGrainFactory grains, ILiveFeed feed, Door door, ILogger<FlowSettingsService> logger)
{
    /// <summary>Changes settings (A28); takes effect at once for what starts from now on, and for what is queued.</summary>
    /// <returns>The settings, or <c>flow.not_found</c>, <c>flow.settings_invalid</c> naming the field, <c>flow.settings_changed</c>.</returns>
    public async Task<Result<FlowSettings>> UpdateAsync(
        Actor actor, Guid workspaceId, Guid flowId, FlowSettingsChange change, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (Check(change) is { Count: > 0 } problems)
        {
            return Error.Invalid("flow.settings_invalid", problems[0].Message, problems);
        }

        var isSaved = await flows.ChangeSettingsAsync(workspaceId, flowId, change, cancellationToken);
        if (await flows.FindHeadAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        if (!isSaved)
        {
            return FlowErrors.SettingsChanged;
        }

        webhooks.Forget();
        var said = flow.Settings;
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{(said.Paused ? "paused" : "not paused")}, runs at once: {said.MaxConcurrentRuns ?? 0:0;;any}, seconds each: {said.RunTimeoutSeconds ?? 0:0;;any}");
        await audit.AppendAsync(actor, workspaceId, Operations.FlowEdit, $"flow:{flowId}", detail);
        LogChanged(flowId, workspaceId, said.Paused);
        feed.Publish(Topic.Workspace(workspaceId), new FlowsChanged());
        feed.Publish(Topic.Flow(flowId), new FlowSettingsChanged());
        await grains.GetGrain<IRunQueueGrain>(workspaceId).LookAsync(); // a higher limit or an end of the pause lets queued runs begin
        return said;
    }

    private static List<FieldError> Check(FlowSettingsChange change)
    {
        var problems = new List<FieldError>();
        if (change.MaxConcurrentRuns is { IsSet: true, Value: { } runs } && runs is < 1 or > FlowSettings.MostRuns)
        {
            problems.Add(new FieldError("settings.maxConcurrentRuns", $"1 to {FlowSettings.MostRuns:N0} runs at once, or null for no limit."));
        }

        if (change.RunTimeoutSeconds is { IsSet: true, Value: { } seconds } && seconds is < 1 or > FlowSettings.MostSeconds)
        {
            problems.Add(new FieldError("settings.runTimeoutSeconds", $"1 to {FlowSettings.MostSeconds:N0} seconds (90 days), or null for no limit."));
        }

        return problems;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Settings of flow {FlowId} of workspace {WorkspaceId} changed; paused: {Paused}")]
    private partial void LogChanged(Guid flowId, Guid workspaceId, bool paused);
}
