namespace OtherThing.Web.Features.Usage;

/// <summary>Registers and maps usage.</summary>
internal static class UsageSetup
{
    public static WebApplicationBuilder AddUsage(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapUsage(this WebApplication app) => app;
}
