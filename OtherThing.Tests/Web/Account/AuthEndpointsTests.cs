using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Account;

public sealed class AuthEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("not-an-address", TestServer.Password, "email")]
    [InlineData("ana@example.org", "short", "password")]
    [InlineData("ana@example.org", null, "password")]
    [InlineData(null, TestServer.Password, "email")]
    public async Task Register_BadInput_NamesTheField(string? email, string? password, string field)
    {
        using var client = server.NewClient();

        using var refused = await client.PostAsJsonAsync("/api/v1/auth/register", new { email, password }, Cancellation);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("account.invalid", problem.GetProperty("code").GetString());
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Register_AddressTaken_Is409WhateverItsCase()
    {
        var email = NewEmail();
        using var client = await server.RegisterAsync(email);

        using var refused = await client.PostAsJsonAsync(
            "/api/v1/auth/register", new { email = email.ToUpperInvariant(), password = TestServer.Password }, Cancellation);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("account.email_taken", await CodeAsync(refused));
    }

    [Fact]
    public async Task Register_WithInvite_IsAMemberAtOnce()
    {
        using var owner = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);
        using var client = server.NewClient();
        var email = NewEmail();

        using var registered = await client.PostAsJsonAsync(
            "/api/v1/auth/register",
            new { email, password = TestServer.Password, inviteCode = workspace.GetProperty("inviteCode").GetString() },
            Cancellation);
        await TestServer.SignInAsync(client, email);
        using var seen = await client.GetAsync($"/api/v1/workspaces/{workspace.GetProperty("id")}", Cancellation);

        Assert.Equal(HttpStatusCode.OK, registered.StatusCode);
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
    }

    [Fact]
    public async Task C11_Login_SixthTry_IsLockedEvenWithTheRightPassword()
    {
        var email = NewEmail();
        using var client = await server.RegisterAsync(email);
        for (var index = 0; index < 5; index++)
        {
            using var wrong = await client.PostAsJsonAsync("/api/v1/auth/login", new { email, password = "not this one" }, Cancellation);
        }

        using var locked = await client.PostAsJsonAsync("/api/v1/auth/login", new { email, password = TestServer.Password }, Cancellation);

        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.Equal("account.locked", await CodeAsync(locked));
        Assert.True(locked.Headers.RetryAfter!.Delta > TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Refresh_GivesATokenThatWorksAndKeepsTheSession()
    {
        var email = NewEmail();
        using var client = await server.RegisterAsync(email);
        using var signedIn = await client.PostAsJsonAsync("/api/v1/auth/login", new { email, password = TestServer.Password }, Cancellation);
        var tokens = await signedIn.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        using var refreshed = await client.PostAsJsonAsync(
            "/api/v1/auth/refresh", new { refreshToken = tokens.GetProperty("refreshToken").GetString() }, Cancellation);
        var renewed = await refreshed.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", renewed.GetProperty("accessToken").GetString());
        using var me = await client.GetAsync("/api/v1/me", Cancellation);

        Assert.Equal("Bearer", tokens.GetProperty("tokenType").GetString());
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    [Fact]
    public async Task ChangePassword_EndsEveryOtherSessionAtOnce()
    {
        var email = NewEmail();
        using var here = await server.RegisterAsync(email);
        using var elsewhere = server.NewClient();
        await TestServer.SignInAsync(elsewhere, email);

        using var changed = await here.PostAsJsonAsync(
            "/api/v1/auth/manage/info", new { oldPassword = TestServer.Password, newPassword = "Another one 2" }, Cancellation);
        using var stillHere = await here.GetAsync("/api/v1/me", Cancellation);
        using var ended = await elsewhere.GetAsync("/api/v1/me", Cancellation);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized],
            [changed.StatusCode, stillHere.StatusCode, ended.StatusCode]);
    }

    [Fact]
    public async Task TwoFactor_TurnedOn_TakesACodeOrARecoveryCodeOnce()
    {
        var email = NewEmail();
        using var client = await server.RegisterAsync(email);
        using var keyed = await client.PostAsJsonAsync("/api/v1/auth/manage/2fa", new { }, Cancellation);
        var key = (await keyed.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("sharedKey").GetString()!;

        using var enabled = await client.PostAsJsonAsync(
            "/api/v1/auth/manage/2fa", new { enable = true, twoFactorCode = Totp.Code(key, DateTime.UtcNow) }, Cancellation);
        var answer = await enabled.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var recovery = answer.GetProperty("recoveryCodes")[0].GetString();
        using var without = await LoginAsync(client, new { email, password = TestServer.Password });
        using var wrong = await LoginAsync(client, new { email, password = TestServer.Password, twoFactorCode = "000000x" });
        using var with = await LoginAsync(client, new { email, password = TestServer.Password, twoFactorRecoveryCode = recovery });
        using var again = await LoginAsync(client, new { email, password = TestServer.Password, twoFactorRecoveryCode = recovery });

        Assert.True(answer.GetProperty("isTwoFactorEnabled").GetBoolean());
        Assert.Equal("account.two_factor_required", await CodeAsync(without));
        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.Unauthorized],
            [without.StatusCode, wrong.StatusCode, with.StatusCode, again.StatusCode]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    [InlineData("AAAA")]
    public async Task C07_ResetPassword_WithoutARealCode_IsRefused(string? resetCode)
    {
        var email = NewEmail();
        using var client = await server.RegisterAsync(email);

        using var refused = await client.PostAsJsonAsync(
            "/api/v1/auth/resetPassword", new { email, resetCode, newPassword = "Another one 2" }, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("account.token_invalid", await CodeAsync(refused));
        await TestServer.SignInAsync(client, email);
    }

    [Fact]
    public async Task C07_ForgotPassword_AnswersAlikeForKnownAndUnknown()
    {
        var email = NewEmail();
        using var client = await server.RegisterAsync(email);

        using var known = await client.PostAsJsonAsync("/api/v1/auth/forgotPassword", new { email }, Cancellation);
        using var unknown = await client.PostAsJsonAsync("/api/v1/auth/forgotPassword", new { email = NewEmail() }, Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (known.StatusCode, unknown.StatusCode));
        Assert.Equal("", await known.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("", await unknown.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Me_Patch_ChangesTheName()
    {
        using var client = await server.RegisterAsync();

        using var changed = await client.PatchAsJsonAsync("/api/v1/me", new { displayName = "  Ana María " }, Cancellation);
        var me = await client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("Ana María", me.GetProperty("displayName").GetString());
    }

    private static string NewEmail() => $"user-{Guid.NewGuid():N}@example.org";

    private static Task<HttpResponseMessage> LoginAsync(HttpClient client, object body) =>
        client.PostAsJsonAsync("/api/v1/auth/login", body, Cancellation);

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();
}
