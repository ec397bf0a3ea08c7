using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Usage;

namespace OtherThing.Data.Usage;

/// <summary>Registers the store of usage.</summary>
public static class UsageDataSetup
{
    public static IServiceCollection AddUsageData(this IServiceCollection services) => services
        .AddSingleton<IUsageStore, UsageStore>()
        .AddSingleton<IStorageMeter, StorageMeter>();
}
