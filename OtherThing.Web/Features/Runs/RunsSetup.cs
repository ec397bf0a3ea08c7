namespace OtherThing.Web.Features.Runs;

/// <summary>Registers and maps runs.</summary>
internal static class RunsSetup
{
    public static WebApplicationBuilder AddRuns(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapRuns(this WebApplication app) => app;
}
