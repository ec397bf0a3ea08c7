namespace OtherThing.Web.Features.Nodes;

/// <summary>Registers and maps nodes.</summary>
internal static class NodesSetup
{
    public static WebApplicationBuilder AddNodes(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapNodes(this WebApplication app) => app;
}
