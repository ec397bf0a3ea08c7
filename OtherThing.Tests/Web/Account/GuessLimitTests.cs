using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Tests.Support;
using OtherThing.Web.Hosting.Limits;

namespace OtherThing.Tests.Web.Account;

/// <summary>A server that lets one address try each thing thirty times in a minute, and one person five times.</summary>
public sealed class GuardedServer() : TestServer(("RateLimits:GuessesPerMinute", "30"), ("RateLimits:GuessesPerAccountPerMinute", "5"));

public sealed class GuessLimitTests(GuardedServer server) : IClassFixture<GuardedServer>
{
    /// <summary>Every path that takes a secret, and one that takes another.</summary>
    private static readonly (string Flooded, object Body)[] s_anonymous =
    [
        ("/api/v1/auth/login", new { email = "nobody@example.org", password = "wrong" }),
        ("/api/v1/auth/register", new { email = "nobody@example.org", password = TestServer.Password, inviteCode = "22222222222222222222222222" }),
        ("/api/v1/auth/refresh", new { refreshToken = "wrong" }),
        ("/api/v1/auth/forgotPassword", new { email = "nobody@example.org" }),
        ("/api/v1/auth/resetPassword", new { email = "nobody@example.org", resetCode = "wrong", newPassword = TestServer.Password }),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C11_Flood_OfOnePurpose_ClosesNoOther()
    {
        // Of its own: what is flooded here stays closed for a minute.
        await using var own = new GuardedServer();
        using var client = own.NewClient();
        foreach (var (flooded, body) in s_anonymous)
        {
            var codes = new List<string?>();
            do
            {
                using var answer = await client.PostAsJsonAsync(flooded, body, Cancellation);
                codes.Add(answer.StatusCode == HttpStatusCode.TooManyRequests
                    ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString()
                    : null);
            }
            while (codes[^1] != "request.too_many" && codes.Count < 500);

            // None before the thirtieth of its own: what was flooded before closed nothing here.
            Assert.Equal("request.too_many", codes[^1]);
            Assert.True(codes.Count > 30, $"{flooded}: {codes.Count}");
        }
    }

    [Fact]
    public async Task C11_Flood_ByOnePerson_ClosesNeitherTheirOtherPathsNorAnotherPerson()
    {
        using var flooder = await server.RegisterAsync();
        using var other = await server.RegisterAsync();
        var statuses = new List<HttpStatusCode>();
        do
        {
            using var answer = await flooder.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = "22222222222222222222222222" }, Cancellation);
            statuses.Add(answer.StatusCode);
        }
        while (statuses[^1] != HttpStatusCode.TooManyRequests && statuses.Count < 500);

        using var claim = await flooder.PostAsJsonAsync("/api/v1/nodes/claim", new { claimCode = "AAAA-AAAA" }, Cancellation);
        using var another = await other.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = "22222222222222222222222222" }, Cancellation);

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
        Assert.True(statuses.Count > 5, $"{statuses.Count}");
        Assert.NotEqual(HttpStatusCode.TooManyRequests, claim.StatusCode);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, another.StatusCode);
    }

    [Theory]
    [InlineData("/account/login", "SignIn")]
    [InlineData("/account/register", "Register")]
    [InlineData("/account/two-factor", "SecondStep")]
    [InlineData("/account/confirm", "ConfirmAgain")]
    [InlineData("/account/forgot", "ForgottenPassword")]
    [InlineData("/account/reset", "MailedLink")]
    [InlineData("/account", "OwnAccount")]
    [InlineData("/join/{code}", "JoinCode")]
    [InlineData("/api/v1/auth/manage/2fa", "OwnAccount")]
    [InlineData("/api/v1/workspaces/join", "JoinCode")]
    [InlineData("/api/v1/nodes/claim", "ClaimCode")]
    [InlineData("/api/v1/nodes/{nodeId:guid}/claim", "ClaimCode")]
    [InlineData("/api/v1/auth/confirmEmail", "MailedLink")]
    [InlineData("/api/v1/auth/resendConfirmationEmail", "ForgottenPassword")]
    public void C11_EveryPathThatTakesASecret_NamesItsPurpose(string path, string purpose)
    {
        var endpoints = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/') == path).ToArray();

        Assert.NotEmpty(endpoints);
        Assert.All(endpoints, endpoint => Assert.Equal(purpose, endpoint.Metadata.GetMetadata<GuessesAttribute>()?.Purpose.ToString()));
    }
}
