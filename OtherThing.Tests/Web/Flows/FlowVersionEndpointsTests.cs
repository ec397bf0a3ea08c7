using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Flows;

public sealed class FlowVersionEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_MoreThanOnePage_GivesEveryVersionOnceNewestFirst()
    {
        var (client, flow) = await NewAsync();
        for (var version = 1; version <= 5; version++)
        {
            await PublishAsync(client, flow);
            await ChangeAsync(client, flow, version);
        }

        var first = await client.GetFromJsonAsync<JsonElement>($"{flow}/versions?limit=3", Cancel);
        var rest = await client.GetFromJsonAsync<JsonElement>($"{flow}/versions?limit=3&cursor={first.GetProperty("next").GetString()}", Cancel);

        Assert.Equal([5, 4, 3, 2, 1], Numbers(first).Concat(Numbers(rest)));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
        Assert.False(first.GetProperty("items")[0].TryGetProperty("flow", out _));
    }

    [Fact]
    public async Task Compare_PublishedAndDraft_NamesStepFieldAndBothValues()
    {
        var (client, flow) = await NewAsync();
        await PublishAsync(client, flow);
        await ChangeAsync(client, flow, 7);

        var diff = await client.GetFromJsonAsync<JsonElement>($"{flow}/versions/published/compare/draft", Cancel);

        var step = Assert.Single(diff.GetProperty("steps").EnumerateArray());
        Assert.Equal(("changed", "set"), (step.GetProperty("kind").GetString(), step.GetProperty("stepId").GetString()));
        var field = Assert.Single(step.GetProperty("fields").EnumerateArray());
        Assert.Equal(
            ("config.value", "0", "7"),
            (field.GetProperty("path").GetString(), field.GetProperty("before").GetRawText(), field.GetProperty("after").GetRawText()));
    }

    [Fact]
    public async Task Restore_AnOldVersion_IsTheDraftAndTheReplacedDraftIsKept()
    {
        var (client, flow) = await NewAsync();
        await PublishAsync(client, flow);
        await ChangeAsync(client, flow, 7);

        using var answer = await client.PostAsync($"{flow}/versions/1/restore", null, Cancel);

        var restored = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(3, restored.GetProperty("version").GetInt32());
        Assert.Equal("0", restored.GetProperty("flow").GetProperty("steps")[1].GetProperty("config").GetProperty("value").GetRawText());
        Assert.Equal(1, restored.GetProperty("publishedVersion").GetInt32());
        var replaced = await client.GetFromJsonAsync<JsonElement>($"{flow}/versions/2", Cancel);
        Assert.Equal("7", replaced.GetProperty("flow").GetProperty("steps")[1].GetProperty("config").GetProperty("value").GetRawText());
    }

    [Theory]
    [InlineData("GET", "versions/99", HttpStatusCode.NotFound, "flow.version_not_found")]
    [InlineData("GET", "versions/published/compare/draft", HttpStatusCode.NotFound, "flow.not_published")]
    [InlineData("GET", "versions/1.5/compare/draft", HttpStatusCode.BadRequest, "flow.version_invalid")]
    [InlineData("GET", "versions/99/compare/draft", HttpStatusCode.NotFound, "flow.version_not_found")]
    [InlineData("GET", "versions?limit=0", HttpStatusCode.BadRequest, "page.limit_invalid")]
    [InlineData("POST", "versions/99/restore", HttpStatusCode.NotFound, "flow.version_not_found")]
    public async Task BadRequests_AreRefusedWithACode(string method, string path, HttpStatusCode status, string code)
    {
        var (client, flow) = await NewAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{flow}/{path}");

        using var answer = await client.SendAsync(request, Cancel);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((status, code), (answer.StatusCode, problem.GetProperty("code").GetString()));
    }

    private static IEnumerable<int> Numbers(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("version").GetInt32());

    private async Task<(HttpClient Client, string Flow)> NewAsync()
    {
        var client = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(client);
        var root = $"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}/flows";
        using var made = await client.PostAsJsonAsync(root, new { name = "History", flow = Document(0) }, Cancel);
        var flow = await made.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        return (client, $"{root}/{flow.GetProperty("id").GetString()}");
    }

    private static JsonElement Document(int value) => JsonElement.Parse($$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},{"id":"set","type":"data.set","config":{"value":{{{value}}}}}],"connections":[{"from":"start","to":"set"}]}
        """);

    private static async Task ChangeAsync(HttpClient client, string flow, int value)
    {
        using var changed = await client.PatchAsJsonAsync(flow, new { flow = Document(value) }, Cancel);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    private static async Task PublishAsync(HttpClient client, string flow)
    {
        using var published = await client.PostAsync($"{flow}/publish", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
    }
}
