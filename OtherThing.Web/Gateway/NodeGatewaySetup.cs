namespace OtherThing.Web.Gateway;

/// <summary>Registers and maps the gRPC endpoint of the nodes.</summary>
internal static class NodeGatewaySetup
{
    private const int MaxFrameBytes = 1024 * 1024;

    public static WebApplicationBuilder AddNodeGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = MaxFrameBytes);
        builder.Services.AddSingleton<NodeTokens>();
        return builder;
    }

    public static WebApplication MapNodeGateway(this WebApplication app)
    {
        // Nodes bring proofs and bearers of their own, which each service checks.
        app.MapGrpcService<EnrollmentGateway>().AllowAnonymous();
        app.MapGrpcService<NodeAuthGateway>().AllowAnonymous();
        app.MapGrpcService<NodeLinkGateway>().AllowAnonymous();
        app.MapGrpcService<NodeDataGateway>().AllowAnonymous();
        return app;
    }
}
