using System.Text.Json;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Triggers;

/// <summary>Triggers of flows: made when a flow is published, shown with it, their addresses renewed.</summary>
public sealed partial class TriggerService(
    ITriggerStore triggers, IFlowStore flows, HookSecrets secrets, WebhookTargets targets, Door door, AuditLog audit, ILiveFeed feed,
    TimeProvider clock, ILogger<TriggerService> logger) : IFlowListener
{
    /// <summary>What the token of a webhook starts with.</summary>
    public const string TokenPrefix = "ot_whk_";

    /// <summary>The triggers a flow's draft names, whether they are published or not.</summary>
    public static IEnumerable<TriggerView> OfDraft(Flow flow) => flow.ReadDefinition().Steps
        .Where(step => StepCatalog.Find(step.Type) is { IsTrigger: true })
        .Select(step => new TriggerView(step.Id, step.Type));

    /// <summary>The triggers of a flow as the actor may see them (A27, addresses A34): those of its draft, and those only its published version has.</summary>
    /// <returns>The triggers, or <c>workspace.not_found</c>.</returns>
    public async Task<Result<IReadOnlyList<TriggerView>>> DescribeAsync(
        Actor actor, Guid workspaceId, Flow flow, CancellationToken cancellationToken)
    {
        var found = await DescribeAsync(actor, workspaceId, [(flow.Id, flow.CreatedBy)], cancellationToken);
        if (!found.TryGet(out var published, out var refusal))
        {
            return refusal;
        }

        var rows = published[flow.Id].ToDictionary(view => view.StepId, StringComparer.Ordinal);
        List<TriggerView> views =
        [
            .. OfDraft(flow).Select(step => rows.Remove(step.StepId, out var row) && row.Type == step.Type ? row : step),
        ];
        return Result<IReadOnlyList<TriggerView>>.Success([.. views, .. rows.Values]);
    }

    /// <summary>The published triggers of some flows as the actor may see them (A27, addresses A34).</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="about">The flows and who made each.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The triggers by flow, or <c>workspace.not_found</c>.</returns>
    public async Task<Result<ILookup<Guid, TriggerView>>> DescribeAsync(
        Actor actor, Guid workspaceId, IReadOnlyCollection<(Guid Id, Guid CreatedBy)> about, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.FlowRead, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        var makers = about.ToDictionary(flow => flow.Id, flow => flow.CreatedBy);
        var rows = await triggers.ListAsync(workspaceId, makers.Keys, cancellationToken);
        var views = new List<(Guid FlowId, TriggerView View)>(rows.Count);
        foreach (var row in rows)
        {
            var url = MaySeeAddress(actor, entry, makers[row.FlowId]) && await secrets.OpenTokenAsync(row, cancellationToken) is { } token
                ? AddressOf(token)
                : null;
            views.Add((row.FlowId, new TriggerView(row.StepId, row.Type, url, row.SealedToken is null ? null : row.IsUnsigned)
            {
                IsOff = row.IsOff,
                NextAt = row.NextAt,
                LastAt = row.LastAt,
                LastRunId = row.LastRunId,
                LastNote = row.LastNote,
            }));
        }

        return Result<ILookup<Guid, TriggerView>>.Success(views.ToLookup(view => view.FlowId, view => view.View));
    }

    /// <summary>Gives a published webhook a new address (A34: Members their own flows' only); the old one leads nowhere from then on.</summary>
    /// <returns>The trigger with its new address, or <c>flow.not_found</c>, <c>trigger.not_found</c>, <c>vault.cannot_open</c>.</returns>
    public async Task<Result<TriggerView>> RotateAsync(
        Actor actor, Guid workspaceId, Guid flowId, string stepId, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.WebhookSecret, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        if (entry.Refuse(flow.CreatedBy) is { } notYours)
        {
            return notYours;
        }

        var rows = await triggers.ListAsync(workspaceId, [flowId], cancellationToken);
        if (rows.FirstOrDefault(row => row.StepId == stepId && row.SealedToken is not null) is not { } trigger)
        {
            return TriggerErrors.NotFound;
        }

        if (await secrets.CheckAsync(workspaceId, cancellationToken) is { } locked)
        {
            return locked;
        }

        var wasOff = trigger.IsOff;
        var token = await GiveTokenAsync(trigger, cancellationToken);
        if (wasOff)
        {
            trigger.TurnOff();
        }

        await triggers.ReplaceAsync(flowId, rows, cancellationToken);
        targets.Forget();
        await audit.AppendAsync(actor, workspaceId, Operations.WebhookSecret, $"trigger:{trigger.Id}", "new address");
        LogRotated(trigger.Id, flowId, workspaceId);
        feed.Publish(Topic.Workspace(workspaceId), new FlowsChanged());
        return new TriggerView(trigger.StepId, trigger.Type, AddressOf(token), trigger.IsUnsigned) { IsOff = wasOff };
    }

    /// <summary>
    /// Turns one published trigger on (A29) or off (A30); takes effect at once, and stays so when the flow is published again. A webhook keeps
    /// its address; a schedule goes on with its next time, and times that passed while it was off are not made up for.
    /// </summary>
    /// <returns>Null, or <c>flow.not_found</c>, <c>trigger.not_found</c>, <c>vault.cannot_open</c>.</returns>
    public async Task<Error?> SwitchAsync(
        Actor actor, Guid workspaceId, Guid flowId, string stepId, bool on, CancellationToken cancellationToken)
    {
        var operation = on ? Operations.FlowPublish : Operations.FlowTriggersOff;
        if ((await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        var rows = await triggers.ListAsync(workspaceId, [flowId], cancellationToken);
        if (rows.FirstOrDefault(row => row.StepId == stepId) is not { } trigger)
        {
            return TriggerErrors.NotFound;
        }

        if (trigger.IsOff == !on)
        {
            return null;
        }

        if (!on)
        {
            trigger.TurnOff();
        }
        else if (await TurnOnAsync(trigger, flow, cancellationToken) is { } cannot)
        {
            return cannot;
        }

        if (!await triggers.SwitchAsync(trigger, cancellationToken))
        {
            return TriggerErrors.NotFound;
        }

        targets.Forget();
        await audit.AppendAsync(actor, workspaceId, operation, $"trigger:{trigger.Id}", $"{flow.Name}: {stepId} turned {(on ? "on" : "off")}");
        LogSwitched(trigger.Id, flowId, workspaceId, on ? "on" : "off");
        feed.Publish(Topic.Workspace(workspaceId), new FlowsChanged());
        return null;
    }

    /// <inheritdoc/>
    Task<Result<FlowDocument>> IFlowListener.SavingAsync(Guid workspaceId, FlowDocument definition, CancellationToken cancellationToken) =>
        secrets.SealAsync(workspaceId, definition, cancellationToken);

    /// <inheritdoc/>
    async Task<Error?> IFlowListener.CheckPublishAsync(
        Actor actor, Entry entry, Flow flow, FlowDocument definition, CancellationToken cancellationToken)
    {
        // What was allowed once stays so until it is changed: asked anew where a trigger is new, of another type, or set otherwise.
        var published = await ReadPublishedAsync(flow, cancellationToken);
        foreach (var step in Webhooks(definition))
        {
            var config = ConfigTemplates.ReadStatic<WebhookTriggerConfig>(step.Config);
            var key = await secrets.ReadKeyAsync(flow.WorkspaceId, step.Id, config, cancellationToken);
            if (!key.TryGet(out var signed, out var unreadable))
            {
                return unreadable;
            }

            var before = published.GetValueOrDefault(step.Id);
            var isSame = IsSame(before, step);
            if (!isSame && (await RefuseAsync(actor, entry, flow, Operations.WebhookSecret, cancellationToken)
                ?? await secrets.CheckAsync(flow.WorkspaceId, cancellationToken)) is { } refusal)
            {
                return refusal;
            }

            if (signed is null && !isSame
                && (await door.EnterAsync(actor, flow.WorkspaceId, Operations.WebhookUnsigned, cancellationToken)).Error is { } reason)
            {
                return TriggerErrors.UnsignedRefused(step.Id, reason);
            }
        }

        var isNewSchedule = definition.Steps
            .Any(step => step.Type == ScheduleTriggerConfig.StepType && !IsSame(published.GetValueOrDefault(step.Id), step));
        return isNewSchedule ? await RefuseAsync(actor, entry, flow, Operations.FlowSchedule, cancellationToken) : null;
    }

    /// <inheritdoc/>
    async Task<PublishedWith?> IFlowListener.PublishingAsync(Actor actor, Flow flow, FlowDocument definition, CancellationToken cancellationToken)
    {
        var opened = new List<Trigger>();
        var known = (await triggers.ListAsync(flow.WorkspaceId, [flow.Id], cancellationToken)).ToDictionary(row => row.StepId, StringComparer.Ordinal);
        var rows = new List<Trigger>();
        foreach (var step in Webhooks(definition))
        {
            var row = known.GetValueOrDefault(step.Id);
            if (row?.Type != step.Type)
            {
                row = new Trigger(flow.WorkspaceId, flow.Id, step.Id, step.Type, actor.UserId!.Value, clock.GetUtcNow().UtcDateTime);
                await GiveTokenAsync(row, cancellationToken);
            }

            var unsigned = string.IsNullOrEmpty(ConfigTemplates.ReadStatic<WebhookTriggerConfig>(step.Config).Secret);
            if (unsigned && !row.IsUnsigned)
            {
                opened.Add(row);
            }

            row.SetUnsigned(unsigned);
            rows.Add(row);
        }

        rows.AddRange(definition.Steps
            .Where(step => step.Type == ScheduleTriggerConfig.StepType)
            .Select(step => Plan(step, known.GetValueOrDefault(step.Id), flow, actor.UserId!.Value)));
        return new PublishedWith(rows, DoneAsync);

        async Task DoneAsync()
        {
            targets.Forget();
            foreach (var row in opened)
            {
                await audit.AppendAsync(
                    actor, flow.WorkspaceId, Operations.WebhookUnsigned, $"trigger:{row.Id}", $"{flow.Name}: {row.StepId} takes unsigned deliveries");
            }
        }
    }

    /// <inheritdoc/>
    async Task IFlowListener.DeletedAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        await triggers.ReplaceAsync(flowId, [], cancellationToken);
        targets.Forget();
    }

    private Trigger Plan(FlowStep step, Trigger? known, Flow flow, Guid publisher)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (known?.Type == step.Type && known.IsOff)
        {
            return known; // off until somebody turns it on
        }

        var row = known?.Type == step.Type ? known : new Trigger(flow.WorkspaceId, flow.Id, step.Id, step.Type, publisher, now);
        SetSchedule(row, step, now);
        return row;
    }

    private static void SetSchedule(Trigger row, FlowStep step, DateTime utcNow)
    {
        var config = ConfigTemplates.ReadStatic<ScheduleTriggerConfig>(step.Config);
        row.SetSchedule($"{config.Cron} {config.Timezone?.Trim()}", Schedule.Parse(config.Cron, config.Timezone).Value.NextAfter(utcNow));
    }

    private async Task<Error?> TurnOnAsync(Trigger trigger, Flow flow, CancellationToken cancellationToken)
    {
        if (trigger.Type == WebhookTriggerConfig.StepType)
        {
            if (await secrets.OpenTokenAsync(trigger, cancellationToken) is not { } token)
            {
                return await secrets.CheckAsync(flow.WorkspaceId, cancellationToken) ?? TriggerErrors.NotFound;
            }

            trigger.TurnOn(SecretCode.Hash(token));
            return null;
        }

        if (!(await ReadPublishedAsync(flow, cancellationToken)).TryGetValue(trigger.StepId, out var step) || step.Type != trigger.Type)
        {
            return TriggerErrors.NotFound;
        }

        SetSchedule(trigger, step, clock.GetUtcNow().UtcDateTime);
        return null;
    }

    private static bool IsSame(FlowStep? before, FlowStep step) =>
        before is not null && before.Type == step.Type && JsonElement.DeepEquals(before.Config, step.Config);

    /// <summary>The steps of the version that triggers run now; none before the first publish.</summary>
    private async Task<IReadOnlyDictionary<string, FlowStep>> ReadPublishedAsync(Flow flow, CancellationToken cancellationToken) =>
        flow.PublishedRevision is { } revision
        && await flows.FindVersionAsync(flow.Id, revision, cancellationToken) is { } version
        && FlowJson.Parse(version.Definition).TryGet(out var definition, out _)
            ? definition.Steps.Where(step => step?.Id is not null).DistinctBy(step => step.Id).ToDictionary(step => step.Id, StringComparer.Ordinal)
            : new Dictionary<string, FlowStep>();

    private static IEnumerable<FlowStep> Webhooks(FlowDocument definition) =>
        definition.Steps.Where(step => step.Type == WebhookTriggerConfig.StepType);

    private static string AddressOf(string token) => "/hooks/" + token;

    private static bool MaySeeAddress(Actor actor, Entry entry, Guid createdBy) =>
        actor.Scopes.HasFlag(Operations.WebhookSecret.Scope) && Operations.WebhookSecret.For(entry.Role) switch
        {
            Grant.Allow => true,
            Grant.Own => createdBy == entry.UserId,
            _ => false,
        };

    private async Task<Error?> RefuseAsync(Actor actor, Entry entry, Flow flow, Operation operation, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, entry.WorkspaceId, operation, cancellationToken)).TryGet(out var allowed, out var refusal)
            ? allowed.Refuse(flow.CreatedBy)
            : refusal;

    private async Task<string> GiveTokenAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        var token = TokenValue.New(TokenPrefix);
        trigger.SetToken(SecretCode.Hash(token), await secrets.SealTokenAsync(trigger, token, cancellationToken));
        return token;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Trigger {TriggerId} of flow {FlowId} in workspace {WorkspaceId} was turned {State}")]
    private partial void LogSwitched(Guid triggerId, Guid flowId, Guid workspaceId, string state);

    [LoggerMessage(Level = LogLevel.Information, Message = "Webhook {TriggerId} of flow {FlowId} in workspace {WorkspaceId} has a new address")]
    private partial void LogRotated(Guid triggerId, Guid flowId, Guid workspaceId);
}
