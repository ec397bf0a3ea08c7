using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Workspaces;

public sealed class MemberEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Join_ByStandingCode_MakesAMember()
    {
        using var owner = await server.RegisterAsync();
        using var joiner = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);

        using var joined = await joiner.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        var seen = await joined.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
        Assert.Equal("member", seen.GetProperty("role").GetString());
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("inviteCode").ValueKind);
        Assert.Equal(2, seen.GetProperty("memberCount").GetInt32());
    }

    [Fact]
    public async Task Join_OneUseInviteByFifty_LetsOneIn()
    {
        using var owner = await server.RegisterAsync();
        var address = $"/api/v1/workspaces/{(await TestServer.CreateWorkspaceAsync(owner)).GetProperty("id")}";
        using var made = await owner.PostAsJsonAsync(address + "/invites", new { role = "viewer", expiresInDays = 1, maxUses = 1 }, Cancellation);
        var invite = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var joiners = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.RegisterAsync()));

        var answers = await Task.WhenAll(joiners.Select(client => client.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = invite.GetProperty("code").GetString() }, Cancellation)));

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(49, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        var members = await owner.GetFromJsonAsync<JsonElement>(address + "/members", Cancellation);
        Assert.Equal(["owner", "viewer"], members.GetProperty("items").EnumerateArray().Select(m => m.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task ChangeRole_ThenRemove_TakesEffectAtTheNextRequest()
    {
        using var owner = await server.RegisterAsync();
        using var member = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);
        var address = $"/api/v1/workspaces/{workspace.GetProperty("id")}";
        using var joined = await member.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        var me = await member.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        var memberAddress = $"{address}/members/{me.GetProperty("id")}";

        using var promoted = await owner.PatchAsJsonAsync(memberAddress, new { role = "admin" }, Cancellation);
        using var renamed = await member.PatchAsJsonAsync(address, new { name = "Renamed" }, Cancellation);
        using var removed = await owner.DeleteAsync(memberAddress, Cancellation);
        using var gone = await member.GetAsync(address, Cancellation);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.NotFound],
            [promoted.StatusCode, renamed.StatusCode, removed.StatusCode, gone.StatusCode]);
    }

    [Fact]
    public async Task Leave_LastOwner_IsRefused()
    {
        using var owner = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);

        using var refused = await owner.DeleteAsync(
            $"/api/v1/workspaces/{workspace.GetProperty("id")}/members/{workspace.GetProperty("ownerId")}", Cancellation);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("member.last_owner", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task JoinPublic_PrivateWorkspace_Is404()
    {
        using var owner = await server.RegisterAsync();
        using var stranger = await server.RegisterAsync();
        var hidden = await TestServer.CreateWorkspaceAsync(owner);
        using var made = await owner.PostAsJsonAsync("/api/v1/workspaces", new { name = "Open", isPrivate = false }, Cancellation);
        var open = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        using var refused = await stranger.PostAsync($"/api/v1/workspaces/{hidden.GetProperty("id")}/join", null, Cancellation);
        using var joined = await stranger.PostAsync($"/api/v1/workspaces/{open.GetProperty("id")}/join", null, Cancellation);
        var member = await joined.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Equal("viewer", member.GetProperty("role").GetString());
    }
}
