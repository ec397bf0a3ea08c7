using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OtherThing.Data.Access;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Account;

/// <summary>A server whose clock a test sets forward, and that notes each password it hashes.</summary>
public sealed class ClockedServer : TestServer
{
    public ShiftedClock Clock { get; private set; } = null!;

    /// <summary>The passwords that were compared with a hash.</summary>
    public ConcurrentBag<string> Compared { get; private set; } = null!;

    protected override void MakeLight(IServiceCollection services)
    {
        base.MakeLight(services);
        (Clock, Compared) = (new ShiftedClock(), []);
        services.AddSingleton<TimeProvider>(Clock);
        services.AddScoped<IPasswordHasher<AppUser>>(provider => new NotingHasher(provider.GetRequiredService<IOptions<PasswordHasherOptions>>(), Compared));
    }

    private sealed class NotingHasher(IOptions<PasswordHasherOptions> options, ConcurrentBag<string> compared) : PasswordHasher<AppUser>(options)
    {
        public override PasswordVerificationResult VerifyHashedPassword(AppUser user, string hashedPassword, string providedPassword)
        {
            compared.Add(providedPassword);
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}

public sealed class SignInWallsTests(ClockedServer server) : IClassFixture<ClockedServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C11_Login_UnknownAddress_IsAnsweredHashedAndLockedAsAKnownOne()
    {
        var known = NewEmail();
        using var person = await server.RegisterAsync(known);
        var unknown = NewEmail();

        var answers = new List<(string Known, string Unknown)>();
        for (var index = 0; index < 7; index++)
        {
            answers.Add((await DescribeAsync(known, $"wrong-{index}-known"), await DescribeAsync(unknown, $"wrong-{index}-unknown")));
        }

        Assert.All(answers, pair => Assert.Equal(pair.Known, pair.Unknown));
        Assert.StartsWith("401", answers[4].Known, StringComparison.Ordinal);
        Assert.StartsWith("429", answers[5].Known, StringComparison.Ordinal);
        Assert.All(
            Enumerable.Range(0, 7),
            index => Assert.Equal(
                server.Compared.Count(password => password == $"wrong-{index}-known"),
                server.Compared.Count(password => password == $"wrong-{index}-unknown")));
        Assert.Contains("wrong-4-unknown", server.Compared);
        Assert.DoesNotContain("wrong-5-unknown", server.Compared);
    }

    [Fact]
    public async Task C11_Login_LockedAddress_OpensByItselfAndLocksNoOther()
    {
        var (email, other) = (NewEmail(), NewEmail());
        using var person = await server.RegisterAsync(email);
        using var somebody = await server.RegisterAsync(other);
        for (var index = 0; index < 5; index++)
        {
            using var wrong = await LoginAsync(new { email = $" {email.ToUpperInvariant()} ", password = "not this one" });
        }

        using var locked = await LoginAsync(new { email, password = TestServer.Password });
        using var beside = await LoginAsync(new { email = other, password = TestServer.Password });
        server.Clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        using var open = await LoginAsync(new { email, password = TestServer.Password });

        Assert.Equal(
            [HttpStatusCode.TooManyRequests, HttpStatusCode.OK, HttpStatusCode.OK], [locked.StatusCode, beside.StatusCode, open.StatusCode]);
    }

    [Fact]
    public async Task C11_Login_ManyWrongAtOnce_AreNoMoreThanFive()
    {
        var email = NewEmail();
        using var person = await server.RegisterAsync(email);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => LoginAsync(new { email, password = "raced" })));

        Assert.Equal(5, server.Compared.Count(password => password == "raced"));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(35, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task C07_TwoFactor_CodeOfTheApp_WorksOnce()
    {
        var email = NewEmail();
        using var person = await server.RegisterAsync(email);
        var (key, _) = await EnableAsync(person);
        server.Clock.Advance(TimeSpan.FromSeconds(30));
        var code = Code(key);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LoginAsync(new { email, password = TestServer.Password, twoFactorCode = code })));
        using var again = await LoginAsync(new { email, password = TestServer.Password, twoFactorCode = code });

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Contains(again.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests });
    }

    [Fact]
    public async Task C07_TwoFactor_EarlierCode_IsNotTakenAfterALaterOne()
    {
        var email = NewEmail();
        using var person = await server.RegisterAsync(email);
        var (key, _) = await EnableAsync(person);
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        var (earlier, later) = (Code(key), Code(key, 30));

        using var first = await LoginAsync(new { email, password = TestServer.Password, twoFactorCode = later });
        using var second = await LoginAsync(new { email, password = TestServer.Password, twoFactorCode = earlier });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (first.StatusCode, second.StatusCode));
        Assert.Equal("account.wrong_code", await CodeOfAsync(second));
    }

    [Theory]
    [InlineData("twoFactorCode")]
    [InlineData("twoFactorRecoveryCode")]
    public async Task C11_TwoFactor_WrongCodes_LockTheAddress(string field)
    {
        var email = NewEmail();
        using var person = await server.RegisterAsync(email);
        var (_, recovery) = await EnableAsync(person);
        for (var index = 0; index < 5; index++)
        {
            using var wrong =
                await LoginAsync(new Dictionary<string, string> { ["email"] = email, ["password"] = TestServer.Password, [field] = "ZZZZZ-ZZZZZ" });
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            // The right password alone does not begin the count anew.
            using var half = await LoginAsync(new { email, password = TestServer.Password });
        }

        using var locked = await LoginAsync(new { email, password = TestServer.Password, twoFactorRecoveryCode = recovery });

        Assert.Equal("account.locked", await CodeOfAsync(locked));
    }

    [Fact]
    public async Task C11_ChangePassword_WrongOldOnes_LockToo()
    {
        using var person = await server.RegisterAsync();
        for (var index = 0; index < 5; index++)
        {
            using var wrong = await person.PostAsJsonAsync(
                "/api/v1/auth/manage/info", new { oldPassword = "not this one", newPassword = "Another one 2" }, Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        }

        using var locked = await person.PostAsJsonAsync(
            "/api/v1/auth/manage/info", new { oldPassword = TestServer.Password, newPassword = "Another one 2" }, Cancellation);

        Assert.Equal("account.locked", await CodeOfAsync(locked));
    }

    [Fact]
    public async Task C11_SecondStep_WrongCodes_LockToo()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        var email = await visitor.RegisterAsync();
        using var rest = server.NewClient();
        await TestServer.SignInAsync(rest, email);
        await EnableAsync(rest);
        using var fresh = new PageVisitor(server.BaseAddress);
        using var half = await fresh.SubmitAsync("/account/login", "login", ("Input.Email", email), ("Input.Password", TestServer.Password));
        string html = "";
        for (var index = 0; index < 6; index++)
        {
            using var wrong = await fresh.SubmitAsync(half.Headers.Location!.PathAndQuery(), "two-factor", ("Input.Code", "000 00x"));
            html = await wrong.Content.ReadAsStringAsync(Cancellation);
        }

        Assert.Contains("Too many wrong passwords or codes", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2fa", "{}")]
    [InlineData("2fa", """{"enable":false}""")]
    [InlineData("2fa", """{"resetSharedKey":true}""")]
    [InlineData("2fa", """{"resetRecoveryCodes":true}""")]
    [InlineData("info", """{"oldPassword":"Passw0rd!","newPassword":"Another one 2"}""")]
    public async Task B17_WhatSecuresAnAccount_AsksForAFreshSignIn(string path, string body)
    {
        using var person = await server.RegisterAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(2));

        using var stale =
            await person.PostAsync("/api/v1/auth/manage/" + path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancellation);
        using var info = await person.GetAsync("/api/v1/auth/manage/info", Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, stale.StatusCode);
        Assert.Equal("access.reauthenticate", await CodeOfAsync(stale));
        Assert.Equal(HttpStatusCode.OK, info.StatusCode);
    }

    [Fact]
    public async Task C04_RefreshToken_UsedTwice_EndsTheSession()
    {
        var email = NewEmail();
        using var person = await server.RegisterAsync(email);
        using var signedIn = await LoginAsync(new { email, password = TestServer.Password });
        var first = await signedIn.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        using var traded = await RefreshAsync(first);
        var second = await traded.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var before = await MeAsync(second);
        using var stolen = await RefreshAsync(first);
        var after = await MeAsync(second);
        using var third = await RefreshAsync(second);
        using var elsewhere = await person.GetAsync("/api/v1/me", Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (traded.StatusCode, before));
        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], [stolen.StatusCode, after, third.StatusCode]);
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
    }

    [Fact]
    public async Task C04_RefreshToken_TradedManyTimesAtOnce_IsGoodForOne()
    {
        var email = NewEmail();
        using var person = await server.RegisterAsync(email);
        using var signedIn = await LoginAsync(new { email, password = TestServer.Password });
        var tokens = await signedIn.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(tokens)));

        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), 0, 1);
    }

    [Fact]
    public async Task C04_Logout_EndsTheSessionAtOnceAndNoOther()
    {
        var email = NewEmail();
        using var person = await server.RegisterAsync(email);
        using var signedIn = await LoginAsync(new { email, password = TestServer.Password });
        var tokens = await signedIn.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        using var client = With(tokens);

        using var before = await client.GetAsync("/api/v1/me", Cancellation);
        using var left = await client.PostAsync("/api/v1/auth/logout", null, Cancellation);
        using var after = await client.GetAsync("/api/v1/me", Cancellation);
        using var refreshed = await RefreshAsync(tokens);
        using var again = await client.PostAsync("/api/v1/auth/logout", null, Cancellation);
        using var elsewhere = await person.GetAsync("/api/v1/me", Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (before.StatusCode, left.StatusCode));
        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized],
            [after.StatusCode, refreshed.StatusCode, again.StatusCode]);
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
    }

    private async Task<(string Key, string RecoveryCode)> EnableAsync(HttpClient person)
    {
        using var keyed = await person.PostAsJsonAsync("/api/v1/auth/manage/2fa", new { }, Cancellation);
        var key = (await keyed.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("sharedKey").GetString()!;
        using var enabled = await person.PostAsJsonAsync("/api/v1/auth/manage/2fa", new { enable = true, twoFactorCode = Code(key) }, Cancellation);
        var answer = await enabled.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(enabled.IsSuccessStatusCode, answer.ToString());
        return (key, answer.GetProperty("recoveryCodes")[0].GetString()!);
    }

    private string Code(string key, int secondsAhead = 0) => Totp.Code(key, server.Clock.GetUtcNow().UtcDateTime.AddSeconds(secondsAhead));

    /// <summary>Status and body, without what differs by request.</summary>
    private async Task<string> DescribeAsync(string email, string password)
    {
        using var answer = await LoginAsync(new { email, password });
        var body = await answer.Content.ReadFromJsonAsync<Dictionary<string, JsonElement>>(Cancellation);
        var said = body!.Where(pair => pair.Key is not ("traceId" or "retryAfterSeconds")).Select(pair => $"{pair.Key}={pair.Value}");
        return $"{(int)answer.StatusCode} {string.Join(' ', said)}";
    }

    private async Task<HttpResponseMessage> LoginAsync(object body)
    {
        using var client = server.NewClient();
        return await client.PostAsJsonAsync("/api/v1/auth/login", body, Cancellation);
    }

    private async Task<HttpResponseMessage> RefreshAsync(JsonElement tokens)
    {
        using var client = server.NewClient();
        return await client.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken = tokens.GetProperty("refreshToken").GetString() }, Cancellation);
    }

    private async Task<HttpStatusCode> MeAsync(JsonElement tokens)
    {
        using var client = With(tokens);
        using var me = await client.GetAsync("/api/v1/me", Cancellation);
        return me.StatusCode;
    }

    private HttpClient With(JsonElement tokens)
    {
        var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.GetProperty("accessToken").GetString());
        return client;
    }

    private static string NewEmail() => $"user-{Guid.NewGuid():N}@example.org";

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();
}
