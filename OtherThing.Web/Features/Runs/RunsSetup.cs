using OtherThing.Core.Runs;
using OtherThing.Data.Runs;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Features.Runs;

/// <summary>Registers and maps runs.</summary>
internal static class RunsSetup
{
    public static WebApplicationBuilder AddRuns(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RunOptions>().BindConfiguration(RunOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddRunsData(builder.ReadServerOptions().DataPath)
            .AddEngine(builder.Configuration.GetSection(RunOptions.Section).Get<RunOptions>() ?? new RunOptions());
        return builder;
    }

    public static WebApplication MapRuns(this WebApplication app)
    {
        app.MapRunEndpoints();
        app.MapRunValueEndpoints();
        return app;
    }
}
