using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Tasks;

public sealed class TaskEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tasks_CreateReadChangeDelete_AnswersAsTheContractSays()
    {
        using var client = await server.RegisterAsync();
        var tasks = $"/api/v1/workspaces/{(await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetString()}/tasks";

        using var made = await client.PostAsJsonAsync(
            tasks, new { title = " Fix the parser ", labels = new[] { "bug" }, priority = "high", dueDate = "2030-05-01" }, Cancellation);
        var task = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var address = made.Headers.Location!.ToString();
        Assert.Equal(("Fix the parser", 1, "todo", "high", "2030-05-01"), (
            task.GetProperty("title").GetString(), task.GetProperty("number").GetInt32(), task.GetProperty("status").GetString(),
            task.GetProperty("priority").GetString(), task.GetProperty("dueDate").GetString()));

        using var changed = await client.PatchAsJsonAsync(address, new { status = "in_progress", dueDate = (string?)null }, Cancellation);
        var after = await changed.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(("in_progress", JsonValueKind.Null, "high"), (
            after.GetProperty("status").GetString(), after.GetProperty("dueDate").ValueKind, after.GetProperty("priority").GetString()));

        using var deleted = await client.DeleteAsync(address, Cancellation);
        using var gone = await client.GetAsync(address, Cancellation);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (deleted.StatusCode, gone.StatusCode));
    }

    public static TheoryData<string> Cases => CaseFile.Ids("board");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task CreateTask_CardAsPeopleSendIt_ComesBackTidied(string id)
    {
        var (sent, right) = (CaseFile.Find("board", id).GetProperty("sent"), CaseFile.Find("board", id).GetProperty("right"));
        using var client = await server.RegisterAsync();
        var tasks = $"/api/v1/workspaces/{(await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetString()}/tasks";

        using var made = await client.PostAsJsonAsync(tasks, sent, Cancellation);
        var task = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(right.TryGetProperty("status", out var status) ? status.GetInt32() : 201, (int)made.StatusCode);
        foreach (var field in right.EnumerateObject().Where(field => field.Name != "status"))
        {
            Assert.True(JsonElement.DeepEquals(field.Value, task.GetProperty(field.Name)), $"{field.Name}: {task.GetProperty(field.Name)}");
        }

        if (made.IsSuccessStatusCode)
        {
            using var changed = await client.PatchAsJsonAsync(made.Headers.Location!.ToString(), sent, Cancellation);
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        }
    }

    [Theory]
    [InlineData(30, 201)]
    [InlineData(31, 400)]
    public async Task CreateTask_LabelOfEmoji_IsCountedByCharacter(int characters, int status)
    {
        using var client = await server.RegisterAsync();
        var tasks = $"/api/v1/workspaces/{(await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetString()}/tasks";

        using var made = await client.PostAsJsonAsync(
            tasks, new { title = "x", labels = new[] { string.Concat(Enumerable.Repeat("👨‍👩‍👧‍👦", characters)) } }, Cancellation);

        Assert.Equal(status, (int)made.StatusCode);
    }

    [Theory]
    [InlineData("""{"title":null}""", "task.invalid")]
    [InlineData("""{"title":"A","status":"someday"}""", "request.malformed")]
    [InlineData("""{"title":"A","priority":7}""", "request.malformed")]
    [InlineData("""{"title":"A","labels":[null]}""", "task.invalid")]
    [InlineData("""{"title":"A","dueDate":"yesterday"}""", "request.malformed")]
    [InlineData("""{"title":"A","assigneeId":"0197b0a0-0000-7000-8000-000000000000"}""", "task.assignee_invalid")]
    [InlineData("""{"title":"A","beforeId":"0197b0a0-0000-7000-8000-000000000000"}""", "task.neighbour_invalid")]
    [InlineData("[]", "request.malformed")]
    [InlineData("", "request.malformed")]
    public async Task CreateTask_BadBody_IsTheCallersMistake(string body, string code)
    {
        using var client = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(client);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await client.PostAsync($"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}/tasks", content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Tasks_OfAForeignWorkspace_AreNotFound()
    {
        using var owner = await server.RegisterAsync();
        using var stranger = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);

        using var answer = await stranger.GetAsync($"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}/tasks", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
