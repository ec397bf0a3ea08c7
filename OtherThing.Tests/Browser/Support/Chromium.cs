using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtherThing.Data.Access;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Account.SignIn;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace OtherThing.Tests.Browser.Support;

/// <summary>The system's Chromium, started once for all browser tests.</summary>
public sealed class Chromium : IAsyncDisposable
{
    /// <summary>
    /// What is drawn on a canvas cannot be read from the page, nor a place on it found; tests ask the element that draws it, by the name they use.
    /// </summary>
    private const string CanvasOfHost =
        "Object.defineProperty(HTMLElement.prototype, 'flowCanvas', { get() { return this.closest('flow-canvas')?.canvas; } });";

    private static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly SemaphoreSlim _starting = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task<IBrowser> StartAsync()
    {
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_browser is null)
            {
                var path = Environment.GetEnvironmentVariable("CHROMIUM_PATH") ?? Array.Find(s_places, File.Exists);
                if (path is null)
                {
                    const string Missing = "No Chromium on this machine, so no browser test can run: eng/test installs it where it may.";
                    if (Environment.GetEnvironmentVariable("CI") == "true")
                    {
                        Assert.Fail(Missing);
                    }

                    Assert.Skip(Missing);
                }

                _playwright = await Playwright.CreateAsync();
                _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"], Timeout = Patience.Milliseconds });
            }

            return _browser;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>A browser of its own (cookies, storage) in which this person is signed in.</summary>
    public async Task<IBrowserContext> SignedInAsync(TestServer server, Guid userId, BrowserNewContextOptions? options = null)
    {
        var context = await OpenAsync(server.BaseAddress, options);
        await context.AddCookiesAsync([new() { Name = "otherthing", Value = await CookieAsync(server, userId), Url = server.BaseAddress.ToString() }]);
        return context;
    }

    /// <summary>A browser of its own in which nobody is signed in; it closes with the reason as soon as a page of it has stopped on an error.</summary>
    public async Task<IBrowserContext> OpenAsync(Uri address, BrowserNewContextOptions? options = null)
    {
        var browser = await StartAsync();
        options ??= new();
        options.ViewportSize ??= new() { Width = 1280, Height = 800 };
        options.BaseURL = address.ToString();
        options.ReducedMotion ??= ReducedMotion.Reduce;
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience.Milliseconds);
        await context.AddInitScriptAsync(CanvasOfHost);
        // Nothing that is waited for on such a page comes any more, so whoever waits hears of it at once.
        context.Console += (_, message) =>
        {
            if (message.Type == "error" && message.Text.Contains("unhandled exception on the current circuit", StringComparison.Ordinal))
            {
                _ = context.CloseAsync(new() { Reason = $"The page {message.Page?.Url} stopped on an error of the server; what it was is in the output." });
            }
        };
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }

    /// <summary>The cookie that the sign-in page would set.</summary>
    private static async Task<string> CookieAsync(TestServer server, Guid userId)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var request = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        scope.ServiceProvider.GetRequiredService<IHttpContextAccessor>().HttpContext = request;
        var signIn = (AppSignInManager)scope.ServiceProvider.GetRequiredService<SignInManager<AppUser>>();
        signIn.AuthenticationScheme = IdentityConstants.ApplicationScheme;
        var user = await signIn.UserManager.FindByIdAsync(userId.ToString());
        await signIn.SignInAsync(user!, isPersistent: false);
        var header = request.Response.Headers.SetCookie.ToString();
        return header.Split(';')[0].Split('=', 2)[1];
    }
}
