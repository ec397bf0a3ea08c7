using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;

namespace OtherThing.Core;

/// <summary>Registers what every feature of Core stands on.</summary>
public static class CoreSetup
{
    /// <summary>The clock, the door and the live feed.</summary>
    public static IServiceCollection AddCore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LiveFeed>();
        services.TryAddSingleton<ILiveFeed>(provider => provider.GetRequiredService<LiveFeed>());
        services.TryAddSingleton<AuditLog>();
        services.TryAddSingleton<AuditService>();
        services.TryAddSingleton<FreshSignIns>();
        services.TryAddSingleton<Door>();
        services.TryAddSingleton<AccessChanges>();
        services.TryAddSingleton<AccessWatch>();
        services.TryAddSingleton<Administrator>();
        services.TryAddSingleton<PersonalTokenService>();
        services.TryAddSingleton<ProfileService>();
        services.TryAddSingleton<Credentials>();
        return services;
    }
}
