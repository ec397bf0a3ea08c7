namespace OtherThing.Web.Gateway;

/// <summary>Registers and maps the gRPC endpoint of the nodes.</summary>
internal static class NodeGatewaySetup
{
    public static WebApplicationBuilder AddNodeGateway(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapNodeGateway(this WebApplication app) => app;
}
