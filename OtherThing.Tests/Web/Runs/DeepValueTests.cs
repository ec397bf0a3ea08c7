using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Runs;

/// <summary>A server whose flows may call a site that answers with JSON as deep as its address says: <c>/lists/61</c>, <c>/objects/63</c>.</summary>
public sealed class DeepServer : IAsyncLifetime
{
    public WebHostOf Site { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    public static string Deep(string kind, int levels) => kind == "lists"
        ? new string('[', levels) + new string(']', levels)
        : string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string('}', levels);

    public async ValueTask InitializeAsync()
    {
        Site = await WebHostOf.StartAsync(
            app => app.MapGet("/{kind}/{levels:int}", (string kind, int levels) => Results.Text(Deep(kind, levels), "application/json")));
        Server = new TestServer(("Egress:AllowPrivate", Site.Url.Authority));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Site.DisposeAsync();
    }
}

/// <summary>What one door lets in, every writer behind it can write: the run ends, and all that shows it answers.</summary>
public sealed class DeepValueTests(DeepServer servers) : IClassFixture<DeepServer>, IAsyncLifetime
{
    private RunClient _client = null!;

    public static TheoryData<string> Cases => CaseFile.Ids("deep", row => !row.GetProperty("where").GetString()!.StartsWith("AI", StringComparison.Ordinal));

    public async ValueTask InitializeAsync() => _client = await NewAsync(servers.Server);

    public ValueTask DisposeAsync()
    {
        _client.Http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Run_DepthOfACase_EndsAndIsShown(string id)
    {
        var found = CaseFile.Find("deep", id);
        var (door, kind) = found.GetProperty("where").GetString()!.Split(", ") is [var place, var what] ? (place, what) : throw new InvalidDataException(id);

        await CheckAsync(door, kind, found.GetProperty("depth").GetInt32());
    }

    [Theory]
    [InlineData("http answer", 56)]
    [InlineData("http answer", 57)]
    [InlineData("http answer", 64)]
    [InlineData("http answer", 65)]
    [InlineData("http answer", 200)]
    [InlineData("run input", 59)]
    [InlineData("run input", 60)]
    [InlineData("run input", 61)]
    [InlineData("run input", 64)]
    [InlineData("run input", 126)]
    [InlineData("run input", 500)]
    [InlineData("parse_json", 55)]
    [InlineData("parse_json", 64)]
    [InlineData("join", 58)]
    [InlineData("join", 60)]
    [InlineData("map", 58)]
    [InlineData("map", 60)]
    [InlineData("loop", 10)]
    [InlineData("step run", 59)]
    [InlineData("step run", 61)]
    [InlineData("rerun", 60)]
    [InlineData("rerun", 61)]
    [InlineData("pin", 59)]
    [InlineData("pin", 60)]
    [InlineData("pin", 61)]
    [InlineData("pin", 130)]
    [InlineData("webhook", 56)]
    [InlineData("webhook", 57)]
    public async Task Run_AnyDepthAtAnyDoor_EndsAndIsShown(string door, int levels)
    {
        await CheckAsync(door, "lists", levels);
        await CheckAsync(door, "objects", levels);
    }

    [Fact]
    public async Task Run_InputOfADeepDelivery_IsTakenBackByARerun()
    {
        var flow = await _client.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":"{{ input.body | json | size }}"}}""", "start->out");
        var run = await _client.RunAsync(flow, $$"""{"input":{"body":{{DeepServer.Deep("lists", 56)}} } }""");

        var again =
            await _client.PostAsync($"/runs/{run.GetProperty("id").GetString()}/rerun?wait=300", $$"""{"input":{{run.GetProperty("input").GetRawText()}} }""");

        Assert.Equal(("succeeded", 112), (StatusOf(again), again.GetProperty("output").GetInt32()));
    }

    private async Task CheckAsync(string door, string kind, int levels)
    {
        var deep = DeepServer.Deep(kind, levels);
        var steps = door switch
        {
            "http answer" =>
                $$$"""{"id":"get","type":"http.request","config":{"url":"{{{servers.Site.Url}}}{{{kind}}}/{{{levels}}}"}},{"id":"out","type":"output","config":{"value":"{{ steps.get.body }}"}}""",
            "parse_json" =>
                $$$"""{"id":"get","type":"data.set","config":{"value":"{{ input.text | parse_json }}"}},{"id":"out","type":"output","config":{"value":"{{ steps.get }}"}}""",
            "join" => """{"id":"get","type":"logic.join","config":{"mode":"all"}},{"id":"out","type":"output","config":{"value":"{{ steps.get }}"}}""",
            "map" =>
                """{"id":"get","type":"logic.map","config":{"items":"{{ input }}"}},{"id":"each","type":"data.set","parent":"get","config":{"value":["{{ item }}"]}},{"id":"out","type":"output","config":{"value":"{{ steps.get }}"}}""",
            "loop" =>
                """{"id":"get","type":"logic.loop","config":{"while":"true","maxIterations":80}},{"id":"each","type":"data.set","parent":"get","config":{"value":["{{ steps.each | default: input }}"]}},{"id":"out","type":"output","config":{"value":"{{ steps.get }}"}}""",
            _ => """{"id":"get","type":"data.set","config":{"value":"{{ input }}"}},{"id":"out","type":"output","config":{"value":"{{ steps.get }}"}}""",
        };
        var flow = await _client.CreateFlowAsync(steps, "start->get", "get->out");
        Assert.Equal(200, (await _client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", """{"settings":{"maxConcurrentRuns":1}}""")).Status);
        var (path, body) = door switch
        {
            "http answer" => ($"/flows/{flow}/runs?wait=300", "{}"),
            "parse_json" => ($"/flows/{flow}/runs?wait=300", JsonSerializer.Serialize(new { input = new { text = deep } })),
            "step run" => ($"/flows/{flow}/steps/get/run?wait=300", $$"""{"input":{{deep}},"steps":{"get":{{deep}} } }"""),
            "rerun" => ($"/runs/{(await _client.RunAsync(flow)).GetProperty("id").GetString()}/rerun?wait=300", $$"""{"input":{{deep}} }"""),
            "pin" => ($"/flows/{flow}/runs?wait=300", "{}"),
            "map" => ($"/flows/{flow}/runs?wait=300", $$"""{"input":[{{deep[1..^1]}}] }"""),
            _ => ($"/flows/{flow}/runs?wait=300", $$"""{"input":{{deep}} }"""),
        };
        if (door == "map" && kind == "objects")
        {
            body = $$"""{"input":[{{DeepServer.Deep(kind, levels - 1)}}] }""";
        }

        if (door == "pin")
        {
            var (pinned, _) = await _client.SendAsync(HttpMethod.Put, $"/flows/{flow}/steps/get/pin", $$"""{"output":{{deep}} }""");
            Assert.True(pinned is 200 or 400, $"{pinned}");
        }

        if (door == "webhook")
        {
            await DeliverAsync(deep);
        }

        var (status, run) = await _client.SendAsync(HttpMethod.Post, path, body);

        if (status != 400)
        {
            Assert.True(status == 200, $"{door} {kind} {levels}: {status} {run}");
            Assert.True(StatusOf(run) is "succeeded" or "failed", $"{door} {kind} {levels}: {run}");
            if (StatusOf(run) == "failed")
            {
                Assert.DoesNotContain(run.GetProperty("error").GetProperty("code").GetString(), new[] { "step.fault", "run.not_kept" });
            }

            Assert.Equal(200, (await _client.SendAsync(HttpMethod.Get, $"/runs/{run.GetProperty("id").GetString()}")).Status);
        }

        Assert.Equal(200, (await _client.SendAsync(HttpMethod.Get, "/runs?limit=200")).Status);
        Assert.Equal(200, (await _client.SendAsync(HttpMethod.Get, $"/flows/{flow}/pins")).Status);
        Assert.True(StatusOf(await _client.RunAsync(flow)) is "succeeded" or "failed", "the next run has no place");
    }

    private async Task DeliverAsync(string deep)
    {
        var made = await _client.PostAsync("/flows", """
            {"name":"Hook","flow":{"steps":[{"id":"hook","type":"trigger.webhook","config":{"respond":"output"}},{"id":"out","type":"output","config":{"value":"{{ input }}"}}],"connections":[{"from":"hook","to":"out"}]}}
            """);
        var url = (await _client.PostAsync($"/flows/{made.GetProperty("id").GetString()}/publish")).GetProperty("triggers")[0].GetProperty("url").GetString()!;
        using var sender = servers.Server.NewClient();
        using var answer =
            await sender.PostAsync(url, new StringContent(deep, System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode is 200 or 400, $"{answer.StatusCode}");
    }
}
