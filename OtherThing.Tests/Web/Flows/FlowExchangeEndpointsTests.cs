using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Data;
using OtherThing.Tests.Core.Flows.Exchange;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Flows;

public sealed class FlowExchangeEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_ImportedAndExportedAgain_IsTheSameBytes()
    {
        var (client, root) = await NewAsync();
        var made = await ImportAsync(client, root, Corpus.Text("n8n-support-webhook"));
        var first = await ExportAsync(client, root, made);

        var again = await ImportAsync(client, root, first);

        Assert.Equal(first, await ExportAsync(client, root, again));
        Assert.Equal("Route support mail", again.GetProperty("flow").GetProperty("name").GetString());
        Assert.Equal("other_thing", again.GetProperty("source").GetString());
    }

    [Fact]
    public async Task C06_HostileImport_IsAnInertDraft()
    {
        using var sink = new TcpListener(IPAddress.Loopback, 0);
        sink.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)sink.LocalEndpoint).Port}/";
        var (client, root) = await NewAsync();
        var key = Guid.NewGuid();
        var hostile = $$$"""
            {"format":"otherthing.flow/1","name":"<script>alert(1)</script>","steps":[
              {"id":"start","type":"trigger.manual","config":{}},
              {"id":"hook","type":"trigger.webhook","config":{"respond":"output","secret":"s3cret"}},
              {"id":"tick","type":"trigger.schedule","config":{"cron":"* * * * *","timezone":"UTC"}},
              {"id":"call","type":"http.request","config":{"url":"{{{address}}}","headers":{"x":"{{ input }}" } } },
              {"id":"cmd","type":"node.command","config":{"command":["sh","-c","curl {{{address}}}"],"requirements":{"nodeId":"{{{key}}}" } } },
              {"id":"ask","type":"ai.chat","config":{"provider":"custom","keyId":"{{{key}}}","model":"m","prompt":"{{ 'a' | nonsense }}"}},
              {"id":"mcp","type":"placeholder","config":{"source":"n8n","type":"mcpClient","settings":{"command":"curl {{{address}}}" } } }],
             "connections":[{"from":"start","to":"call"},{"from":"call","to":"cmd"},{"from":"cmd","to":"ask"}]}
            """;

        var made = await ImportAsync(client, root, hostile);

        var flow = made.GetProperty("flow");
        Assert.Equal(JsonValueKind.Null, flow.GetProperty("publishedVersion").ValueKind);
        Assert.DoesNotContain(key.ToString(), flow.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", flow.GetRawText(), StringComparison.Ordinal);
        Assert.NotEmpty(made.GetProperty("problems").EnumerateArray());
        Assert.False(sink.Pending());
        await using var scope = server.Services.CreateAsyncScope();
        await using var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        var flowId = flow.GetProperty("id").GetGuid();
        Assert.Equal(0, await db.Set<OtherThing.Core.Runs.Run>().CountAsync(run => run.FlowId == flowId, Cancel));

        // It cannot run before a person looked at it, and says why.
        using var run = await client.PostAsync($"{root}/flows/{flowId}/runs", Json("{}"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, run.StatusCode);
        Assert.False(sink.Pending());
    }

    [Theory]
    [InlineData("{}", "flow.format_unknown")]
    [InlineData("3", "flow.format_unknown")]
    [InlineData("""{"format":"otherthing.flow/1","steps":[{"id":"1","type":"data.set","config":{}}]}""", "flow.invalid")]
    [InlineData("""{"nodes":[{}]}""", "flow.malformed")]
    public async Task Import_OfNoFlow_IsABadRequestWithACode(string body, string code)
    {
        var (client, root) = await NewAsync();

        using var answer = await client.PostAsync($"{root}/flows/import", Json(body), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("errors").EnumerateArray());
    }

    [Fact]
    public async Task Import_WithAName_TakesItAndSaysWhereItIs()
    {
        var (client, root) = await NewAsync();

        using var answer = await client.PostAsync($"{root}/flows/import?name=Mine", Json(Corpus.Text("node-red-api")), Cancel);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var made = await client.GetFromJsonAsync<JsonElement>(answer.Headers.Location, Cancel);
        Assert.Equal("Mine", made.GetProperty("name").GetString());
        Assert.Equal(7, made.GetProperty("flow").GetProperty("steps").GetArrayLength());
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> ImportAsync(HttpClient client, string root, string file)
    {
        using var answer = await client.PostAsync($"{root}/flows/import", Json(file), Cancel);
        var made = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, made.ToString());
        return made;
    }

    private static Task<string> ExportAsync(HttpClient client, string root, JsonElement made) =>
        client.GetStringAsync($"{root}/flows/{made.GetProperty("flow").GetProperty("id").GetGuid()}/export", Cancel);

    private async Task<(HttpClient Client, string Root)> NewAsync()
    {
        var client = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(client);
        return (client, $"/api/v1/workspaces/{workspace.GetProperty("id").GetGuid()}");
    }
}
