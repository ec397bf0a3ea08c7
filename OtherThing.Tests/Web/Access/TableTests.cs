using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Access;

/// <summary>The table of rights against every REST endpoint of a workspace, one by one, for everybody who might ask.</summary>
public sealed class TableTests(SharedServer server) : IAsyncLifetime
{
    private readonly Dictionary<Role, HttpClient> _members = [];
    private Guid _workspaceId;
    private HttpClient _removed = null!;
    private HttpClient _foreign = null!;
    private HttpClient _underScoped = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<ApiEndpoint> Rows => ApiEndpoint.AllOf(server)
        .Where(endpoint => endpoint is { IsOfWorkspace: true, Operation: not null } && !IsOfNoMembership(endpoint));

    public async ValueTask InitializeAsync()
    {
        var owner = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner, "Table");
        _workspaceId = workspace.GetProperty("id").GetGuid();
        _members[Role.Owner] = owner;
        foreach (var role in new[] { Role.Admin, Role.Member, Role.Viewer })
        {
            (_members[role], _) = await JoinAsync(owner, workspace, role);
        }

        (_removed, var removedId) = await JoinAsync(owner, workspace, Role.Member);
        using var removal = await owner.DeleteAsync($"/api/v1/workspaces/{_workspaceId}/members/{removedId}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, removal.StatusCode);
        _foreign = await server.RegisterAsync();
        await TestServer.CreateWorkspaceAsync(_foreign, "Elsewhere");
        _underScoped = await TokenClientAsync(owner, []);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var client in _members.Values.Append(_removed).Append(_foreign).Append(_underScoped))
        {
            client.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task R0_Anonymous_Is401Everywhere() => await AssertAllAsync(server.NewClient(), _ => HttpStatusCode.Unauthorized);

    [Fact]
    public async Task R0_ExpiredToken_Is401Everywhere()
    {
        var name = Guid.NewGuid().ToString();
        using var client = await TokenClientAsync(_members[Role.Owner], ["read", "write", "manage"], name);
        using var before = await client.GetAsync($"/api/v1/workspaces/{_workspaceId}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        using (await db.EnterWriteLaneAsync(Cancellation))
        {
            var past = DateTime.UtcNow.AddSeconds(-1);
            Assert.Equal(1, await db.Set<PersonalToken>().Where(token => token.Name == name)
                .ExecuteUpdateAsync(set => set.SetProperty(token => token.ExpiresAt, past), Cancellation));
        }

        await AssertAllAsync(client, _ => HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task R0_RemovedMember_Is404Everywhere() => await AssertAllAsync(_removed, _ => HttpStatusCode.NotFound);

    [Fact]
    public async Task R0_ForeignMember_Is404Everywhere() => await AssertAllAsync(_foreign, _ => HttpStatusCode.NotFound);

    [Theory]
    [InlineData(Role.Admin)]
    [InlineData(Role.Member)]
    [InlineData(Role.Viewer)]
    public async Task R1_MemberWithoutTheRight_Is403(Role role) =>
        await AssertAllAsync(
            _members[role],
            endpoint => HttpStatusCode.Forbidden,
            endpoint => endpoint.Operation!.For(role) == Grant.Deny && !IsOfTarget(endpoint));

    [Theory]
    [InlineData(Role.Owner)]
    [InlineData(Role.Admin)]
    [InlineData(Role.Member)]
    [InlineData(Role.Viewer)]
    public async Task R1_MemberWithTheRight_IsNeverRefusedForWant(Role role)
    {
        List<string> wrong = [];
        // What ends the workspace or the membership is asked last of all: by tests of its own.
        foreach (var endpoint in Rows.Where(e => e.Operation!.For(role) == Grant.Allow && e.Operation != Operations.WorkspaceDelete))
        {
            using var answer = await SendAsync(_members[role], endpoint);
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || await CodeOfAsync(answer) == "workspace.not_found")
            {
                wrong.Add($"{endpoint} ({endpoint.Operation!.Id}) for {role}: {(int)answer.StatusCode}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task R1_TokenWithoutTheScope_Is403()
    {
        // It may only run: everything that takes another scope is refused, whatever its person may do.
        await AssertAllAsync(
            _underScoped, _ => HttpStatusCode.Forbidden, endpoint => endpoint.Operation!.Scope != Scopes.Run && !IsOfTarget(endpoint));
    }

    private static bool IsOfNoMembership(ApiEndpoint endpoint) =>
        // Joining and restoring are asked by people who are no members; their tests are their own.
        endpoint.Pattern.EndsWith("}/join", StringComparison.Ordinal) || endpoint.Pattern.EndsWith("}/restore", StringComparison.Ordinal);

    /// <summary>Where the row depends on whom it is done to, a target that does not exist is simply not found.</summary>
    private static bool IsOfTarget(ApiEndpoint endpoint) => endpoint.Pattern.Contains("/members/{userId", StringComparison.Ordinal);

    private async Task AssertAllAsync(HttpClient client, Func<ApiEndpoint, HttpStatusCode> expected, Func<ApiEndpoint, bool>? which = null)
    {
        List<string> wrong = [];
        var asked = 0;
        foreach (var endpoint in Rows.Where(which ?? (_ => true)))
        {
            using var answer = await SendAsync(client, endpoint);
            asked++;
            if (answer.StatusCode != expected(endpoint))
            {
                wrong.Add($"{endpoint} ({endpoint.Operation!.Id}): {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancellation)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(asked > 0);
    }

    private Task<HttpResponseMessage> SendAsync(HttpClient client, ApiEndpoint endpoint) =>
        client.SendAsync(endpoint.RequestFor(_workspaceId), HttpCompletionOption.ResponseHeadersRead, Cancellation);

    private async Task<(HttpClient Client, Guid UserId)> JoinAsync(HttpClient owner, JsonElement workspace, Role role)
    {
        var client = await server.RegisterAsync();
        using var joined = await client.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
        var userId = (await client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
        using var changed = await owner.PatchAsJsonAsync(
            $"/api/v1/workspaces/{_workspaceId}/members/{userId}", new { role = role.ToString().ToLowerInvariant() }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        return (client, userId);
    }

    private async Task<HttpClient> TokenClientAsync(HttpClient person, string[] extra, string name = "Runner")
    {
        using var made = await person.PostAsJsonAsync(
            "/api/v1/tokens", new { name, scopes = (string[])["run", .. extra], expiresInDays = 1 }, Cancellation);
        var token = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("value").GetString());
        return client;
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString()
            : null;
}
