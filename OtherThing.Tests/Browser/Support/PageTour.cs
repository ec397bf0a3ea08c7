using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Tests.Browser.Support;

/// <summary>Every page there is, with something on it: what holds for all pages is asked of each of them, and a new page cannot be forgotten.</summary>
internal sealed class PageTour : IAsyncDisposable
{
    private readonly TestServer _server;
    private readonly WorkspaceVisit _visit;
    private readonly IBrowserContext _stranger;

    private PageTour(TestServer server, WorkspaceVisit visit, IBrowserContext stranger, IReadOnlyDictionary<string, string> addresses) =>
        (_server, _visit, _stranger, Addresses) = (server, visit, stranger, addresses);

    /// <summary>The routes of all pages, as they are written at the pages.</summary>
    public static IReadOnlyList<string> Routes { get; } =
        [.. typeof(CurrentActor).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>()).Select(route => route.Template).Order(
            StringComparer.Ordinal)];

    /// <summary>An address with something on it for each route.</summary>
    public IReadOnlyDictionary<string, string> Addresses { get; }

    public static async Task<PageTour> StartAsync(Chromium chromium, TestServer server, BrowserNewContextOptions options)
    {
        var visit = await WorkspaceVisit.StartAsync(chromium, server, new(options));
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        await visit.AddTaskAsync("Write the report that everybody waits for");
        var flow = await client.CreateFlowAsync(
            """{"id":"twice","name":"Twice as much","type":"data.set","config":{"value":{"n":"{{ input.n | times: 2 }}"}}}""", "start->twice");
        var first = (await client.RunAsync(flow, """{"input":{"n":3}}""")).GetProperty("id").GetString();
        var second = (await client.RunAsync(flow, """{"input":{"n":4}}""")).GetProperty("id").GetString();
        await client.PostAsync($"/flows/{flow}/publish");
        await client.PostAsync($"/flows/{flow}/tests", $$"""{"runId":"{{first}}","name":"Three becomes six"}""");
        var code = (await client.PostAsync("/invites", """{"role":"member"}""")).GetProperty("code").GetString();
        var inside = $"/w/{visit.Slug}";
        return new PageTour(server, visit, await chromium.OpenAsync(server.BaseAddress, new(options)), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["/"] = "/",
            ["/account"] = "/account",
            ["/account/confirm"] = "/account/confirm",
            ["/account/forgot"] = "/account/forgot",
            ["/account/login"] = "/account/login",
            ["/account/logout"] = "/account/logout",
            ["/account/register"] = "/account/register",
            ["/account/reset"] = "/account/reset?email=ana%40example.org&code=AAAA",
            ["/account/two-factor"] = "/account/two-factor",
            ["/administration"] = "/administration",
            ["/downloads"] = "/downloads",
            ["/join/{code}"] = $"/join/{code}",
            ["/link"] = "/link",
            ["/nodes"] = "/nodes",
            ["/not-found"] = "/not-found",
            ["/w/{slug}/audit"] = $"{inside}/audit",
            ["/w/{slug}/console"] = $"{inside}/console",
            ["/w/{slug}/flows"] = $"{inside}/flows",
            ["/w/{slug}/flows/gallery"] = $"{inside}/flows/gallery",
            ["/w/{slug}/flows/{flowId:guid}"] = $"{inside}/flows/{flow}",
            ["/w/{slug}/flows/{flowId:guid}/tests"] = $"{inside}/flows/{flow}/tests",
            ["/w/{slug}/flows/{flowId:guid}/versions"] = $"{inside}/flows/{flow}/versions",
            ["/w/{slug}/keys"] = $"{inside}/keys",
            ["/w/{slug}/members"] = $"{inside}/members",
            ["/w/{slug}/resources"] = $"{inside}/resources",
            ["/w/{slug}/runs"] = $"{inside}/runs",
            ["/w/{slug}/runs/{runId:guid}"] = $"{inside}/runs/{second}",
            ["/w/{slug}/runs/{runId:guid}/compare/{otherId:guid}"] = $"{inside}/runs/{first}/compare/{second}",
            ["/w/{slug}/settings"] = $"{inside}/settings",
            ["/w/{slug}/start"] = $"{inside}/start",
            ["/w/{slug}/tasks"] = $"{inside}/tasks",
            ["/w/{slug}/tasks/{number:int}"] = $"{inside}/tasks/1",
        });
    }

    /// <summary>Opens each page, those before the sign-in by a stranger, and looks at it once it is all there.</summary>
    public async Task VisitAsync(Func<IPage, string, Task> look)
    {
        var stranger = await _stranger.NewPageAsync();
        foreach (var (route, address) in Addresses)
        {
            var page = route is "/account/login" or "/account/register" or "/account/forgot" or "/account/reset" or "/account/two-factor"
                ? stranger
                : _visit.Page;
            if (route == "/account/two-factor")
            {
                await BeginSignInAsync(stranger);
            }
            else
            {
                await page.GotoAsync(address);
            }

            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator(".ot-skeleton, [aria-busy=true]")).ToHaveCountAsync(0);
            if (route == "/w/{slug}/tasks/{number:int}")
            {
                await page.GetByRole(AriaRole.Button, new() { Name = "Save task" }).WaitForAsync();
            }

            await look(page, route);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stranger.DisposeAsync();
        await _visit.DisposeAsync();
    }

    /// <summary>The second step of a sign-in, which only follows the first.</summary>
    private async Task BeginSignInAsync(IPage page)
    {
        var email = $"user-{Guid.NewGuid():N}@example.org";
        var cancellation = TestContext.Current.CancellationToken;
        using var rest = await _server.RegisterAsync(email);
        using var asked = await rest.PostAsJsonAsync("/api/v1/auth/manage/2fa", new { }, cancellation);
        var key = (await asked.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("sharedKey").GetString()!;
        using var enabled = await rest.PostAsJsonAsync(
            "/api/v1/auth/manage/2fa", new { enable = true, twoFactorCode = Totp.Code(key, DateTime.UtcNow) }, cancellation);
        Assert.True(enabled.IsSuccessStatusCode, await enabled.Content.ReadAsStringAsync(cancellation));
        await page.GotoAsync("/account/login");
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(TestServer.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Second step");
    }
}
