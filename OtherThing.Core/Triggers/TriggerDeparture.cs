using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Triggers;

/// <summary>
/// Schedules and webhooks of flows that a departing member published: handed over they act for whoever removes the member, else they
/// start nothing and say that their publisher has left.
/// </summary>
internal sealed class TriggerDeparture(ITriggerStore triggers, WebhookTargets targets) : IMemberDeparture
{
    public async Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken)
    {
        await triggers.HandOverAsync(workspaceId, userId, toUserId, cancellationToken);
        targets.Forget();
    }

    public Task OnDepartedAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken)
    {
        targets.Forget();
        return Task.CompletedTask;
    }
}
