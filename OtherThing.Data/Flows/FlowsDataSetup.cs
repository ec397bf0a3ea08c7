using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;

namespace OtherThing.Data.Flows;

public static class FlowsDataSetup
{
    public static IServiceCollection AddFlowsData(this IServiceCollection services) => services.AddSingleton<IFlowStore, FlowStore>().AddSingleton<IPinStore, PinStore>();
}
