namespace OtherThing.Web.Features.Flows;

/// <summary>Registers and maps flows.</summary>
internal static class FlowsSetup
{
    public static WebApplicationBuilder AddFlows(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapFlows(this WebApplication app) => app;
}
