using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Triggers;

namespace OtherThing.Data.Triggers;

/// <summary>Registers the store of triggers.</summary>
public static class TriggersDataSetup
{
    public static IServiceCollection AddTriggersData(this IServiceCollection services) => services.AddSingleton<ITriggerStore, TriggerStore>();
}
