using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Triggers;

/// <summary>Registers triggers.</summary>
public static class TriggersSetup
{
    /// <summary>Webhooks, schedules and the service over them.</summary>
    public static IServiceCollection AddTriggers(this IServiceCollection services, WebhookOptions webhooks) => services
        .AddSingleton(webhooks)
        .AddSingleton<HookSecrets>()
        .AddSingleton<HookGuesses>()
        .AddSingleton<WebhookTargets>()
        .AddSingleton<WebhookService>()
        .AddSingleton<TriggerScheduler>()
        .AddHostedService(provider => provider.GetRequiredService<TriggerScheduler>())
        .AddSingleton<TriggerService>()
        .AddSingleton<IMemberDeparture, TriggerDeparture>()
        .AddSingleton<IFlowListener>(provider => provider.GetRequiredService<TriggerService>());
}
