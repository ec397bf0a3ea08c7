using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Account;

/// <summary>A server that is open until the first account exists, and counts guesses.</summary>
public sealed class ClosedServer() : TestServer(("Accounts:OpenRegistration", "false"), ("RateLimits:GuessesPerMinute", "40"));

public sealed class RegistrationPolicyTests(ClosedServer server) : IClassFixture<ClosedServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClosedRegistration_TakesTheFirstThenInvitesOnly_AndGuessingIsCounted()
    {
        using var first = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(first);
        using var client = server.NewClient();

        using var uninvited = await RegisterAsync(client, null);
        using var wrongCode = await RegisterAsync(client, "22222222222222222222222222");
        using var invited = await RegisterAsync(client, workspace.GetProperty("inviteCode").GetString());

        Assert.Equal(HttpStatusCode.Forbidden, uninvited.StatusCode);
        Assert.Equal("account.registration_closed", await CodeAsync(uninvited));
        Assert.Equal("invite.unknown", await CodeAsync(wrongCode));
        Assert.Equal(HttpStatusCode.OK, invited.StatusCode);

        HttpResponseMessage last;
        var tries = 0;
        do
        {
            last = await RegisterAsync(client, "33333333333333333333333333");
        }
        while (last.StatusCode != HttpStatusCode.TooManyRequests && ++tries < 100);
        Assert.Equal("request.too_many", await CodeAsync(last));
        Assert.NotNull(last.Headers.RetryAfter);
        // What takes no secret goes on.
        using var me = await first.GetAsync("/api/v1/me", Cancellation);
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    private static Task<HttpResponseMessage> RegisterAsync(HttpClient client, string? inviteCode) => client.PostAsJsonAsync(
        "/api/v1/auth/register",
        new { email = $"user-{Guid.NewGuid():N}@example.org", password = TestServer.Password, inviteCode },
        Cancellation);

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();
}
