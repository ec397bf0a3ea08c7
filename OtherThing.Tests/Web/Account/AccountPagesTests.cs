using System.Net;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Account;

public sealed class AccountPagesTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Register_SignsInAndLandsOnTheWorkspaces()
    {
        using var visitor = new PageVisitor(server.BaseAddress);

        using var registered = await visitor.SubmitAsync(
            "/account/register", "register",
            ("Input.Email", $"user-{Guid.NewGuid():N}@example.org"), ("Input.Password", TestServer.Password));
        using var account = await visitor.Client.GetAsync("/account", Cancellation);

        Assert.Equal("/", registered.Headers.Location!.PathAndQuery());
        Assert.Equal(HttpStatusCode.OK, account.StatusCode);
    }

    [Fact]
    public async Task C04_LoggedOutCookie_IsWorthNothingAnywhere()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        await visitor.RegisterAsync();
        var cookie = visitor.Cookies.GetCookieHeader(server.BaseAddress);

        using var out_ = await visitor.SubmitAsync("/account/logout", "logout");
        using var replay = new HttpClient(
            new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false })
        { BaseAddress = server.BaseAddress, Timeout = Patience.OfAnAnswer };
        replay.DefaultRequestHeaders.Add("Cookie", cookie);
        using var account = await replay.GetAsync("/account", Cancellation);
        using var confirm = await replay.GetAsync("/account/confirm", Cancellation);
        using var api = await replay.GetAsync("/api/v1/me", Cancellation);

        Assert.Equal("/account/login", out_.Headers.Location!.PathAndQuery());
        Assert.StartsWith("/account/login", account.Headers.Location!.PathAndQuery(), StringComparison.Ordinal);
        Assert.StartsWith("/account/login", confirm.Headers.Location!.PathAndQuery(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
    }

    [Fact]
    public async Task C03_CookieUnderApi_IsNeverASignIn()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        await visitor.RegisterAsync();

        using var api = await visitor.Client.GetAsync("/api/v1/me", Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
    }

    [Fact]
    public async Task B17_Cookie_IsHttpOnlyAndLax()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        using var registered = await visitor.SubmitAsync(
            "/account/register", "register",
            ("Input.Email", $"user-{Guid.NewGuid():N}@example.org"), ("Input.Password", TestServer.Password));

        var cookie = registered.Headers.GetValues("Set-Cookie").Single(text => text.StartsWith("otherthing=", StringComparison.Ordinal));

        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/account/login", "login")]
    [InlineData("/account/register", "register")]
    [InlineData("/account/logout", "logout")]
    [InlineData("/account/confirm", "confirm")]
    [InlineData("/account", "profile")]
    [InlineData("/account", "password")]
    [InlineData("/account", "token")]
    [InlineData("/account", "two-factor-start")]
    public async Task B08_FormWithoutItsToken_Is400(string page, string handler)
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        await visitor.RegisterAsync();
        using var content = new FormUrlEncodedContent([new("_handler", handler), new("Input.DisplayName", "Mallory")]);

        using var refused = await visitor.Client.PostAsync(page, content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("https:evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("%2f%2fevil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\r\n/evil.example")]
    [InlineData("@evil.example")]
    [InlineData("evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/a/..//evil.example")]
    [InlineData("/.//evil.example")]
    [InlineData("")]
    public async Task B09_ReturnUrl_OfAnywhereElse_LandsInside(string returnUrl)
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        var email = await visitor.RegisterAsync();
        using var fresh = new PageVisitor(server.BaseAddress);

        using var signedIn = await fresh.SubmitAsync(
            "/account/login?returnUrl=" + Uri.EscapeDataString(returnUrl), "login",
            ("Input.Email", email), ("Input.Password", TestServer.Password));

        Assert.Equal("/", signedIn.Headers.Location!.PathAndQuery());
        Assert.Equal(server.BaseAddress.Authority, new Uri(server.BaseAddress, signedIn.Headers.Location!).Authority);
    }

    [Theory]
    [InlineData("/w/shop/tasks?label=a", "/w/shop/tasks?label=a")]
    [InlineData("/w/shop\u2028/tasks?label=ä", "/w/shop%E2%80%A8/tasks?label=%C3%A4")]
    public async Task ReturnUrl_Inside_IsWhereTheSignInLands(string returnUrl, string landed)
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        var email = await visitor.RegisterAsync();
        using var fresh = new PageVisitor(server.BaseAddress);

        using var signedIn = await fresh.SubmitAsync(
            "/account/login?returnUrl=" + Uri.EscapeDataString(returnUrl), "login",
            ("Input.Email", email), ("Input.Password", TestServer.Password));

        Assert.Equal(landed, signedIn.Headers.Location!.PathAndQuery());
    }

    [Fact]
    public async Task WrongPassword_SaysSoAndKeepsTheAddress()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        var email = await visitor.RegisterAsync();
        using var fresh = new PageVisitor(server.BaseAddress);

        using var refused = await fresh.SubmitAsync("/account/login", "login", ("Input.Email", email), ("Input.Password", "wrong one"));
        var html = await refused.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Contains("The e-mail address or the password is wrong.", html, StringComparison.Ordinal);
        Assert.Contains(email, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_MakesATokenAndShowsItOnce()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        await visitor.RegisterAsync();

        using var made = await visitor.SubmitAsync(
            "/account", "token", ("Input.Name", "Program"), ("Input.Read", "true"), ("Input.Days", "30"));
        var html = await made.Content.ReadAsStringAsync(Cancellation);
        var later = await visitor.Client.GetStringAsync("/account", Cancellation);

        Assert.Contains("ot_pat_", html.Replace("Bearer ot_pat_", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Program", later, StringComparison.Ordinal);
        Assert.DoesNotContain("ot_pat_", later.Replace("Bearer ot_pat_", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_ChangesPassword_AndTheOldOneIsGone()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        var email = await visitor.RegisterAsync();

        using var changed = await visitor.SubmitAsync(
            "/account", "password", ("Input.OldPassword", TestServer.Password), ("Input.NewPassword", "Another one 2"));
        using var here = await visitor.Client.GetAsync("/account", Cancellation);
        using var fresh = new PageVisitor(server.BaseAddress);
        using var refused = await fresh.SubmitAsync("/account/login", "login", ("Input.Email", email), ("Input.Password", TestServer.Password));
        using var signedIn = await fresh.SubmitAsync("/account/login", "login", ("Input.Email", email), ("Input.Password", "Another one 2"));

        Assert.Equal("/account?done=password", changed.Headers.Location!.PathAndQuery());
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Found], [here.StatusCode, refused.StatusCode, signedIn.StatusCode]);
    }

    [Fact]
    public async Task TwoFactor_OnThePage_AsksForTheSecondStepAtSignIn()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        var email = await visitor.RegisterAsync();
        using var started = await visitor.SubmitAsync("/account", "two-factor-start");
        var setUp = await started.Content.ReadAsStringAsync(Cancellation);
        var key = System.Text.RegularExpressions.Regex.Match(setUp, "<code class=\"account-value\">([a-z2-7 ]+)</code>").Groups[1].Value;

        using var enabled = await visitor.PostFormAsync(
            setUp, "/account", "two-factor-on", ("Input.Code", Totp.Code(key.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant(), DateTime.UtcNow)));
        var codes = await enabled.Content.ReadAsStringAsync(Cancellation);
        var recovery = System.Text.RegularExpressions.Regex.Match(codes, "<li>([^<]+)</li>").Groups[1].Value;
        using var fresh = new PageVisitor(server.BaseAddress);
        using var first = await fresh.SubmitAsync("/account/login", "login", ("Input.Email", email), ("Input.Password", TestServer.Password));
        using var early = await fresh.Client.GetAsync("/account", Cancellation);
        using var second = await fresh.SubmitAsync(first.Headers.Location!.PathAndQuery(), "two-factor", ("Input.Code", recovery));

        Assert.StartsWith("/account/two-factor", first.Headers.Location!.PathAndQuery(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, early.StatusCode);
        Assert.Equal("/", second.Headers.Location!.PathAndQuery());
    }
}

internal static class Addresses
{
    public static string PathAndQuery(this Uri location) => location.IsAbsoluteUri ? location.PathAndQuery : location.OriginalString;
}
