using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Account.Recovery;

namespace OtherThing.Tests.Web.Account;

/// <summary>The first account of a server helps another back in.</summary>
public sealed class PasswordHelpTests : IAsyncLifetime
{
    private const string NewPassword = "Another one 2";

    private readonly ClockedServer _server = new();
    private readonly string _email = $"user-{Guid.NewGuid():N}@example.org";
    private HttpClient _administrator = null!;
    private HttpClient _person = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _administrator = await _server.RegisterAsync();
        _person = await _server.RegisterAsync(_email);
    }

    public async ValueTask DisposeAsync()
    {
        _administrator.Dispose();
        _person.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task C07_Link_SetsANewPasswordOnceAndEndsEverySession()
    {
        var workspace = await TestServer.CreateWorkspaceAsync(_person);
        var link = (await MakeAsync(await ActorAsync(_administrator), _email)).Value;
        using var visitor = new PageVisitor(_server.BaseAddress);

        using var set = await visitor.SubmitAsync(link.Path, "reset", ("Input.Password", NewPassword));
        using var again = await visitor.SubmitAsync(link.Path, "reset", ("Input.Password", "A third one 3"));
        using var me = await _person.GetAsync("/api/v1/me", Cancellation);
        using var old = await LoginAsync(TestServer.Password);
        await TestServer.SignInAsync(_person, _email, NewPassword);

        Assert.Contains("Your password is changed", await set.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("wrong, used or expired", await again.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (me.StatusCode, old.StatusCode));
        var audit =
            await _person.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}/audit?action=account.*", Cancellation);
        var rows = audit.GetProperty("items").EnumerateArray().ToList();
        Assert.Contains(
            rows, row => row.GetProperty("action").GetString() == "account.reset_link" && row.GetProperty("actorId").ValueKind == JsonValueKind.String);
        Assert.Contains(rows, row => row.GetProperty("action").GetString() == "account.password" && row.GetProperty("outcome").GetString() == "done");
        Assert.DoesNotContain("code=", audit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C07_Link_OfTwoMade_TheOtherIsWorthNothingAfterOneWasUsed()
    {
        var actor = await ActorAsync(_administrator);
        var first = (await MakeAsync(actor, _email)).Value;
        var second = (await MakeAsync(actor, _email)).Value;
        using var visitor = new PageVisitor(_server.BaseAddress);

        using var set = await visitor.SubmitAsync(second.Path, "reset", ("Input.Password", NewPassword));
        using var late = await visitor.SubmitAsync(first.Path, "reset", ("Input.Password", "A third one 3"));

        Assert.Contains("Your password is changed", await set.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("wrong, used or expired", await late.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C07_Link_AfterItsHour_IsRefused()
    {
        await using var server = new HastyServer();
        using var administrator = await server.RegisterAsync();
        using var person = await server.RegisterAsync(_email);
        var me = await administrator.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        await using var scope = server.Services.CreateAsyncScope();
        var help = scope.ServiceProvider.GetRequiredService<PasswordHelp>();
        var link = (await help.MakeLinkAsync(server.ActorOf(me.GetProperty("id").GetGuid()), _email, Cancellation)).Value;
        using var visitor = new PageVisitor(server.BaseAddress);

        using var late = await visitor.SubmitAsync(link.Path, "reset", ("Input.Password", NewPassword));

        Assert.Contains("wrong, used or expired", await late.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(1), new ResetTokenOptions().TokenLifespan);
    }

    [Fact]
    public async Task C16_Link_AskedForByAnybodyElseOrLongAfterSignIn_IsRefused()
    {
        var owner = await ActorAsync(_person);
        var administrator = await ActorAsync(_administrator);
        var other = $"user-{Guid.NewGuid():N}@example.org";
        using var third = await _server.RegisterAsync(other);

        var byAnother = await MakeAsync(owner, other);
        var byToken = await MakeAsync(Actor.Token(administrator.UserId!.Value, Guid.NewGuid(), Scopes.All), other);
        var byNobody = await MakeAsync(Actor.Anonymous, other);
        var stale = await MakeAsync(administrator with { AuthenticatedAt = null }, other);
        var unknown = await MakeAsync(administrator, "nobody@example.org");
        var own =
            await MakeAsync(administrator, (await _administrator.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("email").GetString()!);

        Assert.Equal(["access.forbidden", "access.forbidden", "access.forbidden"], [byAnother.Error?.Code, byToken.Error?.Code, byNobody.Error?.Code]);
        Assert.Equal([Door.SignInAgain, "account.not_found", "account.own"], [stale.Error?.Code, unknown.Error?.Code, own.Error?.Code]);
    }

    private async Task<Result<PasswordLink>> MakeAsync(Actor actor, string email)
    {
        await using var scope = _server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PasswordHelp>().MakeLinkAsync(actor, email, Cancellation);
    }

    private async Task<Actor> ActorAsync(HttpClient client) =>
        _server.ActorOf((await client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid());

    private async Task<HttpResponseMessage> LoginAsync(string password)
    {
        using var client = _server.NewClient();
        return await client.PostAsJsonAsync("/api/v1/auth/login", new { email = _email, password }, Cancellation);
    }

    /// <summary>A server whose links have expired when they are made.</summary>
    private sealed class HastyServer : TestServer
    {
        protected override void MakeLight(IServiceCollection services)
        {
            base.MakeLight(services);
            services.Configure<ResetTokenOptions>(options => options.TokenLifespan = TimeSpan.FromSeconds(-1));
        }
    }
}
