using OtherThing.Data.Jobs;

namespace OtherThing.Web.Features.Jobs;

/// <summary>Registers and maps jobs.</summary>
internal static class JobsSetup
{
    public static WebApplicationBuilder AddJobs(this WebApplicationBuilder builder)
    {
        builder.Services.AddJobsData();
        return builder;
    }

    public static WebApplication MapJobs(this WebApplication app)
    {
        app.MapJobEndpoints();
        return app;
    }
}
