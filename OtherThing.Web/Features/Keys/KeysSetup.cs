using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using OtherThing.Core.Egress;
using OtherThing.Core.Keys;
using OtherThing.Core.Steps;
using OtherThing.Data.Keys;
using OtherThing.Web.Features.Keys.Chat;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Features.Keys;

/// <summary>Registers and maps API keys, and the one way out that provider calls and HTTP steps share.</summary>
internal static class KeysSetup
{
    public static WebApplicationBuilder AddKeys(this WebApplicationBuilder builder)
    {
        var vault = new VaultOptions(Path.Combine(builder.ReadServerOptions().DataPath, "keys", "vault"), builder.ReadKeyRingSeal());
        builder.Services
            .AddEgress(builder.Configuration.GetSection(EgressOptions.Section).Get<EgressOptions>() ?? new EgressOptions())
            .AddSingleton(ProviderOptions.Read(builder.Configuration))
            .AddKeysData(vault)
            .AddSingleton<SecretBroker>()
            .AddSingleton<ProviderProbe>()
            .AddSingleton<KeyService>()
            .AddSingleton<KeyDraftRules>()
            .AddSingleton<KeyAddService>()
            .AddSingleton<KeyTestService>()
            .AddSingleton<KeyHealth>()
            .AddSingleton<KeyChoice>()
            .AddSingleton<ProviderLine>()
            .AddSingleton<NodeChat>()
            .AddSingleton<IStepExecutor, HttpRequestExecutor>()
            .AddSingleton<ProviderChat>()
            .AddSingleton<IStepExecutor, AiChatExecutor>();
        return builder;
    }

    public static WebApplication MapKeys(this WebApplication app)
    {
        app.Services.GetRequiredService<EgressPolicy>().Allow(app.Services.GetRequiredService<ProviderCatalog>());
        app.Lifetime.ApplicationStarted.Register(() => AllowOwnAddress(app));
        app.MapKeyEndpoints();
        return app;
    }

    /// <summary>Flows may ask the server itself although its address is loopback: the sample flow reads its text there.</summary>
    private static void AllowOwnAddress(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
        if (addresses?.FirstOrDefault() is { } first && Uri.TryCreate(first, UriKind.Absolute, out var own))
        {
            var egress = app.Services.GetRequiredService<EgressPolicy>();
            egress.Allow("localhost", own.Port);
            egress.Allow("127.0.0.1", own.Port);
            if (own.Scheme == Uri.UriSchemeHttps)
            {
                foreach (var name in app.Services.GetRequiredService<IOptions<HostFilteringOptions>>().Value.AllowedHosts)
                {
                    egress.Allow(name, own.Port);
                }
            }
        }
    }
}
