using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using MudBlazor;
using MudBlazor.Services;
using OtherThing.Web.Components;
using OtherThing.Web.Components.Account.SignIn;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Hosting;

/// <summary>Blazor Server and MudBlazor.</summary>
internal static class PagesSetup
{
    // A larger message from the browser ends its line, and what was in it is sent again to the same end. The largest that pages send are the
    // longest text that a field takes (20,000 characters, three bytes each), 500 selected ids, and a canvas's acts of 24,000 characters;
    // quotes and line ends in them take two bytes instead of one. What has no such limit travels as a stream.
    private const long LargestMessage = 128 * 1024;

    public static WebApplicationBuilder AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddMudServices(options => options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight);
        builder.Services.AddScoped<Preferences>();
        builder.Services.AddSingleton<OpenForms>();
        builder.Services.AddScoped<PaletteSearch>();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents()
            .AddHubOptions(options => options.MaximumReceiveMessageSize = LargestMessage);
        builder.Services.AddAntiforgery(options => BrowserCookies.Secure(options.Cookie, "form", builder.Mode()));
        SampleTexts.AddTo(builder.Services);
        builder.Services.AddScoped<AuthenticationStateProvider, CircuitSession>();
        builder.Services.AddScoped<CircuitHandler, CircuitSession.Opener>();
        builder.Services.AddScoped<PageAddress>();
        builder.Services.AddScoped<PageSeat>();
        builder.Services.AddScoped<CircuitHandler, PageSeat.Keeper>();
        return builder;
    }

    public static WebApplication MapPages(this WebApplication app)
    {
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
