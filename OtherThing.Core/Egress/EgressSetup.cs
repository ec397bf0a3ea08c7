using Microsoft.Extensions.DependencyInjection;

namespace OtherThing.Core.Egress;

/// <summary>Registers the one way out.</summary>
public static class EgressSetup
{
    /// <summary>The egress policy, connector and client.</summary>
    public static IServiceCollection AddEgress(this IServiceCollection services, EgressOptions options) => services
        .AddSingleton(options)
        .AddSingleton<EgressPolicy>()
        .AddSingleton<IHostResolver, SystemHostResolver>()
        .AddSingleton<EgressConnector>()
        .AddSingleton<EgressClient>();
}
