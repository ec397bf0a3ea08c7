using OtherThing.Core.Console;

namespace OtherThing.Web.Features.Console;

/// <summary>Registers and maps the console.</summary>
internal static class ConsoleSetup
{
    public static WebApplicationBuilder AddConsole(this WebApplicationBuilder builder)
    {
        builder.Services.AddConsoleCore();
        builder.Services.AddScoped<ConsoleInbox>();
        return builder;
    }

    public static WebApplication MapConsole(this WebApplication app)
    {
        app.MapConsoleEndpoints();
        return app;
    }
}
