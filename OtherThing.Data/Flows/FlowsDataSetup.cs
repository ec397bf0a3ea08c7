using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Flows.Validation;

namespace OtherThing.Data.Flows;

/// <summary>Registers what keeps flows.</summary>
public static class FlowsDataSetup
{
    public static IServiceCollection AddFlowsData(this IServiceCollection services) =>
        services.AddSingleton<IFlowStore, FlowStore>()
            .AddSingleton<IPinStore, PinStore>()
            .AddSingleton<IFlowReferenceStore, ReferenceStore>()
            .AddSingleton<ISavedTestStore, SavedTestStore>();
}
