using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OtherThing.Core.Runs.Grains;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Runs;

/// <summary>A server that lets runs have few calls and call itself, and work for long: what is looked at while it works must not end by itself.</summary>
public sealed class SmallBudgets() : TestServer(
    ("Runs:StepRuns", "100000000"), ("Runs:MemoryMiB", "1024"), ("Runs:Calls", "12"), ("Runs:CallsAtOnce", "2"), ("Runs:CallDepth", "2"),
    ("Runs:Hops", "2"), ("Egress:AllowPrivate", "localhost,127.0.0.1"));

public sealed class RunBudgetTests(SmallBudgets server) : IClassFixture<SmallBudgets>
{
    private const string Leaf = """{"id":"leaf","type":"data.set","config":{"value":"{{ input.n }}"}}""";

    private static readonly string s_forty = $$"""{"input":{"items":[{{string.Join(',', Enumerable.Range(0, 40))}}]} }""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task F17_LongInlinePart_IsSeenReadAndCancelledWhileItWorks()
    {
        var client = await NewAsync(server);
        var maps = new (string, string?)[] { ("a", null), ("b", "a"), ("c", "b"), ("d", "c") }.Select(map =>
            JsonSerializer.Serialize(
                new { id = map.Item1, type = "logic.map", parent = map.Item2, config = new { items = "{{ input.items }}", concurrency = 40 } }));
        var flow = await client.CreateFlowAsync(
            string.Join(',', maps) + """,{"id":"one","type":"data.set","parent":"d","config":{"value":"{{ item }}"}}""", "start->a");

        var run = await client.StartAsync(flow, s_forty); // 2,560,000 items: the answer does not wait for them
        var seen = await client.GetRunAsync(run);
        var listed = await client.GetAsync($"/runs?flowId={flow}&status=running");
        var cancelled = await client.PostAsync($"/runs/{run}/cancel");

        Assert.Equal("running", StatusOf(seen));
        Assert.Equal(run, listed.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal("cancelled", StatusOf(cancelled));
        Assert.Equal("cancelled", StatusOf(await client.GetRunAsync(run)));
    }

    [Fact]
    public async Task F17_Calls_MoreThanTheLimit_EndTheRunAtTheTopByName()
    {
        var client = await NewAsync(server);
        var leaf = await client.CreateFlowAsync(Leaf, "start->leaf");
        var middle = await client.CreateFlowAsync(Each(leaf, 5, "skip"), "start->each");
        var top = await client.CreateFlowAsync(Each(middle, 5, "skip"), "start->each");

        var run = await client.RunAsync(top);

        Assert.Equal(("failed", "run.limit.calls"), (StatusOf(run), CodeOf(run)));
        Assert.Contains("12 runs", run.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("Runs:Calls", run.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var called = (await CountAsync(client, leaf)) + await CountAsync(client, middle);
        Assert.InRange(called, 1, 12); // one that was let in may have been stopped before it began
        await Lab.Processes.Until.HoldsAsync(
            async () =>
                (await client.GetAsync($"/runs?flowId={middle}")).GetProperty("items").EnumerateArray().All(
                    item => StatusOf(item) is "cancelled" or "succeeded" or "failed"),
            "what it called has ended too",
            Cancel);
    }

    [Fact]
    public async Task F17_Calls_AsManyAsTheLimit_AllSucceedInTurns()
    {
        var client = await NewAsync(server);
        var leaf = await client.CreateFlowAsync(Leaf, "start->leaf");
        var top = await client.CreateFlowAsync(Each(leaf, 12, "fail"), "start->each");

        var run = await client.RunAsync(top);

        Assert.Equal("succeeded", StatusOf(run));
        Assert.Equal(12, run.GetProperty("output").GetArrayLength());
    }

    [Fact]
    public async Task F17_Calls_FlowThatCallsItself_NamesTheDepthAtTheTop()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Each("{{ run.flowId }}", 3, "fail"), "start->each");

        var run = await client.RunAsync(flow);

        Assert.Equal(("failed", "flow.call_too_deep"), (StatusOf(run), CodeOf(run)));
        Assert.Contains("2 deep (Runs:CallDepth)", run.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task F17_Webhook_ThatCallsItself_IsStoppedByNameWhateverItsHeadersSay()
    {
        var client = await NewAsync(server);
        var (flow, hook) = await PublishAsync(client, """
            {"steps":[{"id":"start","type":"trigger.webhook","config":{"respond":"output"}},
              {"id":"again","type":"http.request","config":{"method":"POST","url":"{{ input.body.url }}","headers":{"x-otherthing-hops":"0"},"body":{"url":"{{ input.body.url }}"}}}],
             "connections":[{"from":"start","to":"again"}]}
            """);
        using var sender = server.NewClient();

        using var answer = await sender.PostAsJsonAsync(hook, new { url = new Uri(server.BaseAddress, hook) }, Cancel);
        Assert.True(answer.IsSuccessStatusCode);

        var runs = (await client.GetAsync($"/runs?flowId={flow}")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(3, runs.Length);
        Assert.Equal(["run.limit.hops"], runs.Where(run => StatusOf(run) == "failed").Select(CodeOf));
        var innermost = await client.GetRunAsync(runs.Single(run => StatusOf(run) == "failed").GetProperty("id").GetString()!);
        Assert.Contains("Runs:Hops", innermost.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(508, StepOf(innermost, "again").GetProperty("output").GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("2", 202)]
    [InlineData("3", 508)]
    [InlineData("1, 3", 508)]
    [InlineData("99999999999999999999", 508)]
    [InlineData("-7", 202)]
    [InlineData("many", 202)]
    public async Task F17_Hops_ForgedByASender_OnlyStopTheSender(string hops, int expected)
    {
        var client = await NewAsync(server);
        var (flow, hook) = await PublishAsync(client, """{"steps":[{"id":"start","type":"trigger.webhook"}],"connections":[]}""");
        using var sender = server.NewClient();
        using var delivery = new HttpRequestMessage(HttpMethod.Post, hook) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        delivery.Headers.TryAddWithoutValidation(RunHops.Header, hops);
        using var start = new HttpRequestMessage(
            HttpMethod.Post, $"{client.Root}/flows/{flow}/runs")
        { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        start.Headers.TryAddWithoutValidation(RunHops.Header, hops);

        using var delivered = await sender.SendAsync(delivery, Cancel);
        using var started = await client.Http.SendAsync(start, Cancel);
        using var honest = await sender.PostAsync(hook, new StringContent("{}", Encoding.UTF8, "application/json"), Cancel);

        Assert.Equal((expected, expected, 202), ((int)delivered.StatusCode, (int)started.StatusCode, (int)honest.StatusCode));
        if (expected == 508)
        {
            Assert.Equal("run.limit.hops", (await delivered.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData("Runs:StepRuns", "0")]
    [InlineData("Runs:TurnMilliseconds", "5000")]
    [InlineData("Runs:Hops", "-1")]
    public void Start_LimitOutOfRange_IsRefusedNamingTheSetting(string setting, string value)
    {
        var refused = Assert.ThrowsAny<Exception>(() =>
        {
            using var never = new TestServer((setting, value));
        });

        Assert.Contains(setting.Split(':')[1], refused.ToString(), StringComparison.Ordinal);
    }

    private static string Each(string flow, int items, string onItemError) => $$$"""
        {"id":"each","type":"logic.map","config":{"items":[{{{string.Join(',', Enumerable.Range(0, items))}}}],"concurrency":10,"onItemError":"{{{onItemError}}}"}},
        {"id":"call","type":"flow.call","parent":"each","config":{"flowId":"{{{flow}}}","input":{"n":"{{ item }}"} } }
        """;

    private static string? CodeOf(JsonElement run) =>
        run.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.GetProperty("code").GetString() : null;

    private static async Task<int> CountAsync(RunClient client, string flow) =>
        (await client.GetAsync($"/runs?flowId={flow}&limit=200")).GetProperty("items").GetArrayLength();

    private static async Task<(string Flow, string Hook)> PublishAsync(RunClient client, string document)
    {
        var made = await client.PostAsync("/flows", $$"""{"name":"Hook","flow":{{document}} }""");
        var flow = made.GetProperty("id").GetString()!;
        var published = await client.PostAsync($"/flows/{flow}/publish");
        return (flow, published.GetProperty("triggers")[0].GetProperty("url").GetString()!);
    }
}
