using OtherThing.Core.Triggers;
using OtherThing.Data.Triggers;

namespace OtherThing.Web.Features.Triggers;

/// <summary>Registers and maps triggers.</summary>
internal static class TriggersSetup
{
    public static WebApplicationBuilder AddTriggers(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddTriggersData().AddTriggers(
            builder.Configuration.GetSection(WebhookOptions.Section).Get<WebhookOptions>() ?? new WebhookOptions());
        return builder;
    }

    public static WebApplication MapTriggers(this WebApplication app)
    {
        app.MapHooks();
        app.MapTriggerEndpoints();
        return app;
    }
}
