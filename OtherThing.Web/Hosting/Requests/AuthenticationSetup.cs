using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Access;
using OtherThing.Data;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>Bearer tokens under <c>/api</c>, a cookie for pages, never the one in place of the other.</summary>
internal static class AuthenticationSetup
{
    private const string Either = "OtherThing";

    public static WebApplicationBuilder AddSignIn(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SessionCheck>();
        builder.Services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = context =>
                context.Request.Path.StartsWithSegments("/api") ? ApiAuthenticationHandler.Name : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiAuthenticationHandler>(ApiAuthenticationHandler.Name, null)
            .AddBearerToken(IdentityConstants.BearerScheme)
            .AddIdentityCookies(cookies =>
            {
                cookies.ApplicationCookie!.Configure(options => ConfigureCookie(options, builder.Mode()));
                cookies.TwoFactorUserIdCookie!.Configure(options => BrowserCookies.Secure(options.Cookie, "second-step", builder.Mode()));
            });
        builder.Services.AddAuthorization();
        builder.AddKeyRing();
        builder.AddRateLimits();
        return builder;
    }

    private static void ConfigureCookie(CookieAuthenticationOptions options, ServerMode mode)
    {
        BrowserCookies.Secure(options.Cookie, null, mode);
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.ExpireTimeSpan = TimeSpan.FromHours(12);
        options.SlidingExpiration = true;
        options.LoginPath = "/account/login";
        options.LogoutPath = "/account/logout";
        options.AccessDeniedPath = "/account/login";
        options.ReturnUrlParameter = "returnUrl";
        var usual = options.Events.OnRedirectToLogin;
        options.Events.OnRedirectToLogin = context => SendToSignInAsync(context, usual);
        options.Events.OnValidatePrincipal = RejectDeadSessionAsync;
        // The pages send people on, to LocalAddress only; the handler would put the address as it was typed into a header.
        options.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask;
    }

    /// <summary>Nobody can sign in to an empty server: it asks for its first account.</summary>
    private static async Task SendToSignInAsync(
        RedirectContext<CookieAuthenticationOptions> context, Func<RedirectContext<CookieAuthenticationOptions>, Task> usual)
    {
        var accounts = context.HttpContext.RequestServices.GetRequiredService<IAccountStore>();
        if (!await accounts.AnyAsync(context.HttpContext.RequestAborted))
        {
            context.RedirectUri = context.RedirectUri.Replace("/account/login?", "/account/register?", StringComparison.Ordinal);
        }

        await usual(context);
    }

    private static async Task RejectDeadSessionAsync(CookieValidatePrincipalContext context)
    {
        var sessions = context.HttpContext.RequestServices.GetRequiredService<SessionCheck>();
        if (context.Principal is null || !await sessions.IsLiveAsync(context.Principal, context.HttpContext.RequestAborted))
        {
            context.RejectPrincipal();
        }
    }

    /// <summary>Signs cookies and tokens. With SQLite it is a folder; replicas on one SQL Server share it there.</summary>
    private static void AddKeyRing(this WebApplicationBuilder builder)
    {
        var ring = builder.Services.AddDataProtection().SetApplicationName("OtherThing");
        builder.ReadKeyRingSeal()?.Apply(ring);
        if (builder.Configuration.GetValue("Database:Provider", DatabaseProvider.Sqlite) == DatabaseProvider.SqlServer)
        {
            ring.PersistKeysToDbContext<AppDbContext>();
        }
        else
        {
            ring.PersistKeysToFileSystem(new DirectoryInfo(KeyRingSetup.SignInRing(builder.ReadServerOptions())));
        }
    }
}
