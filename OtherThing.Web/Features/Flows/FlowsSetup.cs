using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Gallery;
using OtherThing.Core.Flows.Secrets;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Flows;
using OtherThing.Web.Features.Flows.Exchange;
using OtherThing.Web.Features.Flows.Gallery;
using OtherThing.Web.Features.Flows.Tests;
using OtherThing.Web.Features.Flows.Versions;

namespace OtherThing.Web.Features.Flows;

/// <summary>Registers and maps flows.</summary>
internal static class FlowsSetup
{
    public static WebApplicationBuilder AddFlows(this WebApplicationBuilder builder)
    {
        builder.Services.AddFlowsData()
            .AddSingleton<FlowReferences>()
            .AddSingleton<HeaderSecrets>()
            .AddSingleton<IFlowListener>(provider => provider.GetRequiredService<HeaderSecrets>())
            .AddSingleton<FlowService>()
            .AddSingleton<FlowFactService>()
            .AddSingleton<FlowSettingsService>()
            .AddSingleton<FlowVersionService>()
            .AddSingleton<EditAdmission>()
            .AddSingleton<FlowSessions>()
            .AddSingleton<PinService>()
            .AddSingleton<RunRecorder>()
            .AddSingleton<SavedTestService>()
            .AddSingleton<SavedTestRuns>()
            .AddSingleton<FlowGalleryService>()
            .AddSingleton<IWorkspaceSeed, SampleFlowSeed>();
        return builder;
    }

    public static WebApplication MapFlows(this WebApplication app)
    {
        app.MapFlowEndpoints();
        app.MapPinEndpoints();
        app.MapFlowVersionEndpoints();
        app.MapSavedTestEndpoints();
        app.MapFlowGalleryEndpoints();
        app.MapFlowExchangeEndpoints();
        app.MapFlowSchemas();
        return app;
    }
}
