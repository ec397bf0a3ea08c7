using System.Collections.Concurrent;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Triggers;

/// <summary>Everything a delivery needs to know of its webhook.</summary>
internal sealed record WebhookTarget
{
    public required Guid TriggerId { get; init; }

    /// <summary>The flow, with the settings that apply.</summary>
    public required FlowHead Flow { get; init; }

    public required int Version { get; init; }

    public required string StepId { get; init; }

    public required WebhookTriggerConfig Config { get; init; }

    /// <summary>Null for an unsigned webhook.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>The member the run acts for, let in; or why they are not.</summary>
    public required Result<Entry> Entry { get; init; }

    public required HookGate Gate { get; init; }
}

/// <summary>
/// Webhooks by token, in memory for at most a second: what changed here counts at once, what changed on another server or in the rights of
/// the member a flow acts for counts within that second.
/// </summary>
public sealed class WebhookTargets(
    ITriggerStore triggers, IFlowStore flows, FlowPlans plans, Door door, AccessChanges changes, HookSecrets secrets, WebhookOptions options,
    TimeProvider clock)
{
    private const int Most = 10_000;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, HookGate> _gates = new();
    private readonly AccessChanges _changes = changes;
    private int _generation;

    private int Generation => unchecked(Volatile.Read(ref _generation) + _changes.Generation);

    /// <summary>Reads every webhook anew at its next delivery; call it after a change to triggers, published versions or pauses.</summary>
    public void Forget() => Interlocked.Increment(ref _generation);

    /// <summary>The webhook of a token; null when there is none.</summary>
    internal ValueTask<WebhookTarget?> FindAsync(string token, CancellationToken cancellationToken) =>
        _known.TryGetValue(token, out var known) && known.Generation == Generation && clock.GetElapsedTime(known.ReadAt) < s_lifetime
            ? ValueTask.FromResult<WebhookTarget?>(known.Target)
            : ReadAsync(token, cancellationToken);

    private async ValueTask<WebhookTarget?> ReadAsync(string token, CancellationToken cancellationToken)
    {
        // Taken before the look: a change in between makes what is read old at once.
        var (generation, readAt) = (Generation, clock.GetTimestamp());
        if (!TokenValue.IsWellFormed(token, TriggerService.TokenPrefix)
            || await triggers.FindByTokenAsync(
                SecretCode.Hash(token), cancellationToken) is not { PublishedRevision: { } version, PublishedBy: { } publisher } found)
        {
            _known.TryRemove(token, out _);
            return null;
        }

        var trigger = found.Trigger;
        var plan = await plans.GetAsync(trigger.FlowId, version, null, cancellationToken);
        if (plan.Root.Steps.FirstOrDefault(step => step.Definition.Id == trigger.StepId) is not { } step || step.Type.Name != trigger.Type)
        {
            return null; // the published version has no such webhook any more
        }

        if (await flows.FindHeadAsync(trigger.WorkspaceId, trigger.FlowId, cancellationToken) is not { } flow)
        {
            return null; // deleted just now
        }

        var config = ConfigTemplates.ReadStatic<WebhookTriggerConfig>(step.Definition.Config);
        var key = await secrets.ReadKeyAsync(trigger.WorkspaceId, trigger.StepId, config, cancellationToken);
        var entry = await door.EnterAsync(Actor.Trigger(publisher), trigger.WorkspaceId, Operations.RunStart, cancellationToken);
        var target = new WebhookTarget
        {
            TriggerId = trigger.Id,
            Flow = flow,
            Version = version,
            StepId = trigger.StepId,
            Config = config,
            Key = key.IsSuccess ? key.Value : null,
            Entry = key.Error ?? (entry.IsSuccess ? entry : TriggerErrors.PublisherLeft),
            Gate = _gates.GetOrAdd(trigger.Id, _ => new HookGate(options, clock)),
        };
        if (_known.Count >= Most)
        {
            _known.Clear();
            _gates.Clear();
        }

        _known[token] = new Known(target, generation, readAt);
        return target;
    }

    private sealed record Known(WebhookTarget Target, int Generation, long ReadAt);
}
