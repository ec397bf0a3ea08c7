using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Account;

namespace OtherThing.Tests.Web.Hosting;

/// <summary>A server as a team runs it, behind a proxy on this machine that ends TLS.</summary>
public sealed class TeamServer() : TestServer(
    ("AllowedHosts", TeamServer.Host), ("OtherThing:Proxies", "127.0.0.1"), ("KeyRing:Passphrase", "a passphrase of some length"))
{
    public const string Host = "flows.example.org";

    /// <summary>A browser whose requests come by the proxy.</summary>
    public HttpClient ThroughProxy(string host = Host, string scheme = "https")
    {
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = BaseAddress };
        client.DefaultRequestHeaders.Host = host;
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);
        return client;
    }

    /// <summary>The code that this server prints on its console.</summary>
    public async Task<string> PrintedCodeAsync()
    {
        var notice = await Services.GetRequiredService<SetupCode>().NoticeAsync(TestContext.Current.CancellationToken);
        return Regex.Match(notice ?? "", "([0-9A-Z]{5}-){5}[0-9A-Z]").Value;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseEnvironment("Production");
    }
}

public sealed class TeamServerTests(TeamServer server) : IClassFixture<TeamServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmptyServer_AnyPage_AsksForTheFirstAccountAndSaysWhereItsCodeIs()
    {
        await using var empty = new TeamServer();
        using var browser = empty.ThroughProxy();

        using var asked = await browser.GetAsync("/", Cancellation);
        var page = await browser.GetStringAsync(asked.Headers.Location!.PathAndQuery, Cancellation);

        Assert.StartsWith("/account/register?returnUrl=%2F", asked.Headers.Location.PathAndQuery, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<h1>Create the first account</h1>", page, StringComparison.Ordinal);
        Assert.Contains("Setup code", page, StringComparison.Ordinal);
        Assert.Contains("journalctl", page, StringComparison.Ordinal);
        Assert.DoesNotContain(await empty.PrintedCodeAsync(), page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flows.example.org", HttpStatusCode.OK)]
    [InlineData("FLOWS.example.org:8443", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.1", HttpStatusCode.BadRequest)]
    [InlineData("flows.example.org.evil.example", HttpStatusCode.BadRequest)]
    public async Task C23_Host_ThatIsNotNamed_Is400(string host, HttpStatusCode expected)
    {
        using var client = server.ThroughProxy(host);

        using var answer = await client.GetAsync("/account/login", Cancellation);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task C09_ForwardedHost_ThatIsNotNamed_IsNotTaken()
    {
        using var client = server.ThroughProxy();
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "evil.example");

        var discovered = await client.GetFromJsonAsync<JsonElement>("/.well-known/otherthing", Cancellation);

        Assert.Equal($"https://{TeamServer.Host}", discovered.GetProperty("grpc").GetString());
    }

    [Theory]
    [InlineData("/account/login")]
    [InlineData("/api/v1/me")]
    [InlineData("/.well-known/otherthing")]
    public async Task C23_PlainRequest_IsRefusedWithTheReason(string address)
    {
        using var client = server.ThroughProxy(scheme: "http");

        using var refused = await client.GetAsync(address, Cancellation);
        using var health = await client.GetAsync("/health/live", Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal("server.https_required", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task C23_PlainRequestThatCallsItselfGrpc_IsRefusedButWhereNodesAsk()
    {
        using var client = server.ThroughProxy(scheme: "http");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me") { Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentType = new("application/grpc");

        using var refused = await client.SendAsync(request, Cancellation);

        Assert.Equal("server.https_required", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task C24_FirstAccount_TakesTheCodeFromTheConsoleOnce_AndItsCookiesAreForThisHostOnly()
    {
        var code = await server.PrintedCodeAsync();
        using var browser = server.ThroughProxy();

        using var page = await browser.GetAsync("/account/register", Cancellation);
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        using var without = await RegisterAsync(browser, null, null);
        using var wrong = await RegisterAsync(browser, "22222-22222-22222-22222-22222-2", null);
        using var right = await RegisterAsync(browser, code.ToLowerInvariant(), null);
        using var again = await RegisterAsync(browser, code, null);
        var printedAgain = await server.PrintedCodeAsync();
        using var signedIn = await SignInAsync(browser);

        Assert.Contains("Setup code", html, StringComparison.Ordinal);
        Assert.Equal("account.setup_code_wrong", await CodeAsync(without));
        Assert.Equal("account.setup_code_wrong", await CodeAsync(wrong));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal("account.registration_closed", await CodeAsync(again));
        Assert.Equal("", printedAgain);
        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
        var cookies = page.Headers.GetValues("Set-Cookie").Concat(signedIn.Headers.GetValues("Set-Cookie")).ToArray();
        Assert.Contains(cookies, cookie => cookie.StartsWith("__Host-otherthing=", StringComparison.Ordinal));
        Assert.All(cookies, cookie =>
        {
            Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
            Assert.All(["; secure", "; path=/", "; httponly"], part => Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        });
        Assert.Contains("max-age=", Assert.Single(page.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> RegisterAsync(HttpClient browser, string? setupCode, string? inviteCode) => browser.PostAsJsonAsync(
        "/api/v1/auth/register", new { email = "first@example.org", password = TestServer.Password, setupCode, inviteCode }, Cancellation);

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient browser)
    {
        using var page = await browser.GetAsync("/account/login", Cancellation);
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        using var form = new FormUrlEncodedContent(
        [
            new("_handler", "login"),
            new("__RequestVerificationToken",
                WebUtility.HtmlDecode(Regex.Match(html, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value)),
            new("Input.Email", "first@example.org"), new("Input.Password", TestServer.Password),
        ]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/login") { Content = form };
        request.Headers.Add("Cookie", string.Join("; ", page.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));
        return await browser.SendAsync(request, Cancellation);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();
}
