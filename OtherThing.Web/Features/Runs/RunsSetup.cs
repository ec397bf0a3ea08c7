using OtherThing.Core.Runs;
using OtherThing.Data.Runs;

namespace OtherThing.Web.Features.Runs;

/// <summary>Registers and maps runs.</summary>
internal static class RunsSetup
{
    public static WebApplicationBuilder AddRuns(this WebApplicationBuilder builder)
    {
        builder.Services.AddRunsData().AddEngine();
        return builder;
    }

    public static WebApplication MapRuns(this WebApplication app)
    {
        app.MapRunEndpoints();
        return app;
    }
}
