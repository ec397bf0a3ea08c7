using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OtherThing.Core.Egress;
using OtherThing.Core.Steps;

namespace OtherThing.Web.Features.Keys;

/// <summary>Registers and maps API keys, and the one way out that provider calls and HTTP steps share.</summary>
internal static class KeysSetup
{
    public static WebApplicationBuilder AddKeys(this WebApplicationBuilder builder)
    {
        builder.Services.AddEgress(builder.Configuration.GetSection(EgressOptions.Section).Get<EgressOptions>() ?? new EgressOptions());
        builder.Services.AddSingleton<IStepExecutor, HttpRequestExecutor>();
        return builder;
    }

    public static WebApplication MapKeys(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() => AllowOwnAddress(app));
        return app;
    }

    /// <summary>Flows may read the server's own pages and REST (the sample flow does), although the address is loopback.</summary>
    private static void AllowOwnAddress(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
        if (addresses?.FirstOrDefault() is { } first && Uri.TryCreate(first, UriKind.Absolute, out var own))
        {
            var egress = app.Services.GetRequiredService<EgressPolicy>();
            egress.Allow("localhost", own.Port);
            egress.Allow("127.0.0.1", own.Port);
        }
    }
}
