using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Workspaces;

public sealed class WorkspaceEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_ByAnyAccount_AnswersTheShapeWithLocation()
    {
        using var client = await server.RegisterAsync();

        using var made = await client.PostAsJsonAsync(
            "/api/v1/workspaces", new { name = "Café Größe 7", description = "What for", isPrivate = false }, Cancellation);
        var workspace = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal($"/api/v1/workspaces/{workspace.GetProperty("id").GetGuid()}", made.Headers.Location!.ToString());
        Assert.StartsWith("cafe-gro", workspace.GetProperty("slug").GetString(), StringComparison.Ordinal);
        Assert.Equal("owner", workspace.GetProperty("role").GetString());
        Assert.Equal(1, workspace.GetProperty("memberCount").GetInt32());
        Assert.Equal(26, workspace.GetProperty("inviteCode").GetString()!.Length);
        Assert.False(workspace.GetProperty("isPrivate").GetBoolean());
    }

    [Fact]
    public async Task Create_TwiceWithOneName_GivesTwoSlugs()
    {
        using var client = await server.RegisterAsync();
        var name = $"Same {Guid.NewGuid():N}"[..30];

        var first = await TestServer.CreateWorkspaceAsync(client, name);
        var second = await TestServer.CreateWorkspaceAsync(client, name);

        Assert.Equal(first.GetProperty("slug").GetString() + "-2", second.GetProperty("slug").GetString());
    }

    [Fact]
    public async Task Create_WithoutName_NamesTheField()
    {
        using var client = await server.RegisterAsync();

        using var refused = await client.PostAsJsonAsync("/api/v1/workspaces", new { description = "x" }, Cancellation);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.Equal("workspace.invalid", problem.GetProperty("code").GetString());
        Assert.Equal("name", problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Update_FromAVersionThatSomebodyChanged_IsRefusedAndChangesNothing()
    {
        using var client = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(client, "Versions");
        var (address, version) = ($"/api/v1/workspaces/{workspace.GetProperty("id").GetGuid()}", workspace.GetProperty("version").GetGuid());

        using var first = await client.PatchAsJsonAsync(address, new { description = "First", version }, Cancellation);
        using var second = await client.PatchAsJsonAsync(address, new { description = "Second", version }, Cancellation);
        var problem = await second.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Conflict), (first.StatusCode, second.StatusCode));
        Assert.Equal("workspace.changed", problem.GetProperty("code").GetString());
        Assert.Equal("First", (await client.GetFromJsonAsync<JsonElement>(address, Cancellation)).GetProperty("description").GetString());
    }

    [Fact]
    public async Task Get_Anonymous_Is401()
    {
        using var client = server.NewClient();

        using var refused = await client.GetAsync($"/api/v1/workspaces/{Guid.NewGuid()}", Cancellation);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("access.unauthenticated", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Get_WorkspaceOfAnother_Is404()
    {
        using var owner = await server.RegisterAsync();
        using var stranger = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);

        using var refused = await stranger.GetAsync($"/api/v1/workspaces/{workspace.GetProperty("id")}", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    public async Task Delete_ThenRestore_BringsItBack()
    {
        using var owner = await server.RegisterAsync();
        var address = $"/api/v1/workspaces/{(await TestServer.CreateWorkspaceAsync(owner)).GetProperty("id")}";

        using var deleted = await owner.DeleteAsync(address, Cancellation);
        using var gone = await owner.GetAsync(address, Cancellation);
        using var restored = await owner.PostAsync(address + "/restore", null, Cancellation);
        using var back = await owner.GetAsync(address, Cancellation);

        Assert.Equal(
            [HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.OK],
            [deleted.StatusCode, gone.StatusCode, restored.StatusCode, back.StatusCode]);
    }

    [Fact]
    public async Task List_InPages_GivesEachOnceNewestFirst()
    {
        using var client = await server.RegisterAsync();
        foreach (var name in new[] { "One", "Two", "Three" })
        {
            await TestServer.CreateWorkspaceAsync(client, name);
        }

        var first = await client.GetFromJsonAsync<JsonElement>("/api/v1/workspaces?limit=2", Cancellation);
        var rest = await client.GetFromJsonAsync<JsonElement>(
            $"/api/v1/workspaces?limit=2&cursor={first.GetProperty("next").GetString()}", Cancellation);

        var names = first.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray())
            .Select(item => item.GetProperty("name").GetString());
        Assert.Equal(["Three", "Two", "One"], names);
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task ListPublic_ByStranger_ShowsPublicWithoutCodeAndHidesPrivate()
    {
        using var owner = await server.RegisterAsync();
        using var stranger = await server.RegisterAsync();
        var hidden = await TestServer.CreateWorkspaceAsync(owner);
        using var made = await owner.PostAsJsonAsync("/api/v1/workspaces", new { name = "Open", isPrivate = false }, Cancellation);
        var shown = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        var list = await stranger.GetFromJsonAsync<JsonElement>("/api/v1/workspaces?public=true&limit=200", Cancellation);

        var ids = list.GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetGuid());
        Assert.False(ids.ContainsKey(hidden.GetProperty("id").GetGuid()));
        Assert.Equal(JsonValueKind.Null, ids[shown.GetProperty("id").GetGuid()].GetProperty("inviteCode").ValueKind);
        Assert.Equal(JsonValueKind.Null, ids[shown.GetProperty("id").GetGuid()].GetProperty("role").ValueKind);
    }
}
