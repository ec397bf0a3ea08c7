using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Nodes;

namespace OtherThing.Data.Nodes;

/// <summary>Registers the stores of nodes.</summary>
public static class NodesDataSetup
{
    public static IServiceCollection AddNodesData(this IServiceCollection services) =>
        services.AddSingleton<INodeStore, NodeStore>().AddSingleton<IFirstAccount, FirstAccount>();
}
