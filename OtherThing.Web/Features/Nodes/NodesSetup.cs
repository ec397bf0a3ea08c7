using OtherThing.Core.Nodes;
using OtherThing.Data.Nodes;

namespace OtherThing.Web.Features.Nodes;

/// <summary>Registers and maps nodes.</summary>
internal static class NodesSetup
{
    public static WebApplicationBuilder AddNodes(this WebApplicationBuilder builder)
    {
        builder.Services.AddNodesData().AddNodesCore();
        builder.Services.AddSingleton<NodeDownloads>();
        builder.Services.AddOptions<NodesOptions>().ValidateDataAnnotations().ValidateOnStart();
        return builder;
    }

    public static WebApplication MapNodes(this WebApplication app)
    {
        app.MapNodeEndpoints();
        app.MapDownloadEndpoints();
        return app;
    }
}
