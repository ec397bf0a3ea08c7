using System.Text.Json;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Runs;

public class FlowPolicyTests(SharedServer server)
{
    private const string Wait = """{"id":"wait","type":"logic.wait","config":{"seconds":"{{ input.seconds }}"}}""";
    private const string Long = """{"input":{"seconds":3600}}""";

    [Fact]
    public async Task Settings_ChangedOverRest_KeepTheVersionAndWhatIsNotMentioned()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Wait, "start->wait");

        await SetAsync(client, flow, """{"maxConcurrentRuns":2,"runTimeoutSeconds":60}""");
        var changed = await SetAsync(client, flow, """{"runTimeoutSeconds":null,"paused":true}""");

        Assert.Equal("""{"maxConcurrentRuns":2,"runTimeoutSeconds":null,"paused":true}""", changed.GetProperty("settings").GetRawText());
        Assert.Equal(1, changed.GetProperty("version").GetInt32());
        Assert.True((await client.GetAsync("/flows")).GetProperty("items")[0].GetProperty("settings").GetProperty("paused").GetBoolean());
    }

    [Theory]
    [InlineData("""{"maxConcurrentRuns":0}""", "settings.maxConcurrentRuns")]
    [InlineData("""{"maxConcurrentRuns":1001}""", "settings.maxConcurrentRuns")]
    [InlineData("""{"runTimeoutSeconds":-1}""", "settings.runTimeoutSeconds")]
    [InlineData("""{"runTimeoutSeconds":99999999}""", "settings.runTimeoutSeconds")]
    public async Task Settings_OutOfRange_AreRefusedNamingTheField(string settings, string field)
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Wait, "start->wait");

        var (status, problem) = await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"settings":{{settings}}}""");

        Assert.Equal(400, status);
        Assert.Equal("flow.settings_invalid", problem.GetProperty("code").GetString());
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Settings_MadeFromOnesThatSomebodyChanged_AreRefusedAndChangeNothing()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Wait, "start->wait");
        await SetAsync(client, flow, """{"maxConcurrentRuns":2}""");

        var (status, problem) = await client.SendAsync(
            HttpMethod.Patch, $"/flows/{flow}",
            """{"settings":{"maxConcurrentRuns":9,"from":{"maxConcurrentRuns":null,"runTimeoutSeconds":null,"paused":false}}}""");

        Assert.Equal((409, "flow.settings_changed"), (status, problem.GetProperty("code").GetString()));
        var changed = await SetAsync(client, flow, """{"paused":true,"from":{"maxConcurrentRuns":2,"runTimeoutSeconds":null,"paused":false}}""");
        Assert.Equal("""{"maxConcurrentRuns":2,"runTimeoutSeconds":null,"paused":true}""", changed.GetProperty("settings").GetRawText());
    }

    [Fact]
    public async Task Settings_DraftSavedByWhoLoadedItBefore_DoesNotUndoThePause()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Wait, "start->wait");
        await SetAsync(client, flow, """{"paused":true}""");

        await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", """{"name":"Renamed"}""");

        Assert.True((await client.GetAsync($"/flows/{flow}")).GetProperty("settings").GetProperty("paused").GetBoolean());
    }

    [Fact]
    public async Task Paused_NothingNewStarts_AndWhatIsUnderWayGoesOn()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Wait, "start->wait");
        var caller = await client.CreateFlowAsync(FlowCallTests.Call(flow, """{"seconds":0}"""), "start->call");
        var finished = await client.RunAsync(flow, """{"input":{"seconds":0}}""");
        var under = await client.StartAsync(flow, """{"input":{"seconds":1}}""");
        await SetAsync(client, flow, """{"paused":true}""");

        foreach (var path in new[] { $"/flows/{flow}/runs", $"/runs/{finished.GetProperty("id").GetString()}/rerun", $"/flows/{flow}/steps/wait/run" })
        {
            var (status, problem) = await client.SendAsync(HttpMethod.Post, path, "{}");
            Assert.Equal((409, "flow.paused"), (status, problem.GetProperty("code").GetString()));
        }

        Assert.Equal("flow.paused", (await client.RunAsync(caller)).GetProperty("error").GetProperty("code").GetString());
        await client.UntilAsync(under, run => StatusOf(run) == "succeeded");
        await SetAsync(client, flow, """{"paused":false}""");
        Assert.Equal("succeeded", StatusOf(await client.RunAsync(flow, """{"input":{"seconds":0}}""")));
    }

    [Fact]
    public async Task Paused_Webhook_IsRefusedAtOnceAndTakenAgainAfter()
    {
        var client = await NewAsync(server);
        var made = await client.PostAsync("/flows", """{"name":"Hook","flow":{"steps":[{"id":"hook","type":"trigger.webhook"}]}}""");
        var flow = made.GetProperty("id").GetString()!;
        var url = (await client.PostAsync($"/flows/{flow}/publish")).GetProperty("triggers")[0].GetProperty("url").GetString()!;
        var statuses = new List<int>();

        foreach (var settings in new[] { """{"paused":false}""", """{"paused":true}""", """{"paused":false}""" })
        {
            await SetAsync(client, flow, settings);
            using var answer = await client.Http.PostAsync(new Uri(url, UriKind.RelativeOrAbsolute), null, TestContext.Current.CancellationToken);
            statuses.Add((int)answer.StatusCode);
        }

        Assert.Equal([202, 409, 202], statuses);
    }

    [Fact]
    public async Task Timeout_RunThatTakesLonger_FailsWithItsChildren()
    {
        var client = await NewAsync(server);
        var called = await client.CreateFlowAsync(Wait, "start->wait");
        var flow = await client.CreateFlowAsync(FlowCallTests.Call(called, """{"seconds":3600}"""), "start->call");
        await SetAsync(client, flow, """{"runTimeoutSeconds":1}""");

        var run = await client.RunAsync(flow);

        Assert.Equal("failed", StatusOf(run));
        Assert.Equal("run.timeout", run.GetProperty("error").GetProperty("code").GetString());
        await client.UntilAsync(StepOf(run, "call").GetProperty("childRunId").GetString()!, child => StatusOf(child) == "cancelled");
    }

    [Fact]
    public async Task Limit_OfTheFlow_QueuesTheRestOldestFirst()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Wait, "start->wait");
        await SetAsync(client, flow, """{"maxConcurrentRuns":1}""");
        var first = await client.StartAsync(flow, Long);
        await client.UntilAsync(first, run => StatusOf(run) == "waiting");

        var second = await client.StartAsync(flow, Long);
        var third = await client.StartAsync(flow, Long);
        var queued = await client.GetRunAsync(second);
        await client.PostAsync($"/runs/{first}/cancel");
        await client.UntilAsync(second, run => StatusOf(run) == "waiting");

        Assert.Equal("queued", StatusOf(queued));
        Assert.Equal(JsonValueKind.Null, queued.GetProperty("startedAt").ValueKind);
        Assert.Equal("queued", StatusOf(await client.GetRunAsync(third)));
        Assert.Equal(1, (await client.GetAsync($"/runs?flowId={flow}&status=queued")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Limit_QueuedRun_IsCancelledAndNeverBegins()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Wait, "start->wait");
        await SetAsync(client, flow, """{"maxConcurrentRuns":1}""");
        var first = await client.StartAsync(flow, Long);
        await client.UntilAsync(first, run => StatusOf(run) == "waiting");
        var second = await client.StartAsync(flow, Long);

        await client.PostAsync($"/runs/{second}/cancel");
        await client.PostAsync($"/runs/{first}/cancel");

        var run = await client.GetRunAsync(second);
        Assert.Equal("cancelled", StatusOf(run));
        Assert.Empty(run.GetProperty("steps").EnumerateArray());
    }

    [Fact]
    public async Task Limit_PauseAndResume_QueuedRunsStayQueuedMeanwhile()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Wait, "start->wait");
        await SetAsync(client, flow, """{"maxConcurrentRuns":1}""");
        var first = await client.StartAsync(flow, Long);
        await client.UntilAsync(first, run => StatusOf(run) == "waiting");
        var second = await client.StartAsync(flow, """{"input":{"seconds":0}}""");
        await SetAsync(client, flow, """{"paused":true}""");
        await client.PostAsync($"/runs/{first}/cancel");

        Assert.Equal("queued", StatusOf(await client.GetRunAsync(second)));
        await SetAsync(client, flow, """{"paused":false}""");
        await client.UntilAsync(second, run => StatusOf(run) == "succeeded");
    }

    [Fact]
    public async Task Limit_OfTheWorkspace_FlowsTakeTurns()
    {
        var client = await NewAsync(server);
        var (many, few) = (await client.CreateFlowAsync(Wait, "start->wait"), await client.CreateFlowAsync(Wait, "start->wait"));
        await client.SendAsync(HttpMethod.Patch, "", """{"maxConcurrentRuns":1}""");
        var first = await client.StartAsync(many, Long);
        await client.UntilAsync(first, run => StatusOf(run) == "waiting");
        var queued = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            queued.Add(await client.StartAsync(many, """{"input":{"seconds":0.2}}"""));
        }

        var other = await client.StartAsync(few, """{"input":{"seconds":0.2}}""");
        await client.PostAsync($"/runs/{first}/cancel");

        var began = new Dictionary<string, DateTime>();
        foreach (var id in queued.Append(other))
        {
            began[id] = (await client.UntilAsync(id, run => StatusOf(run) == "succeeded")).GetProperty("startedAt").GetDateTime();
        }

        Assert.True(began[queued[0]] < began[queued[1]] && began[queued[1]] < began[queued[2]], "oldest first within a flow");
        Assert.True(began[other] < began[queued[1]], "the other flow does not wait for all of the first one's");
    }

    [Fact]
    public async Task Limit_RerunFromAStep_TakesOverWhatCameBeforeWhenItsTurnComes()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(
            """{"id":"a","type":"data.set","config":{"value":"{{ input.x }}"}},{"id":"b","type":"data.set","config":{"value":"{{ steps.a }}{{ input.x }}"}}""",
            "start->a", "a->b");
        var first = await client.RunAsync(flow, """{"input":{"x":"old"}}""");
        await SetAsync(client, flow, """{"maxConcurrentRuns":5}""");

        var again = await client.PostAsync($"/runs/{first.GetProperty("id").GetString()}/rerun?wait=300", """{"fromStep":"b","input":{"x":"new"}}""");

        Assert.Equal("oldnew", again.GetProperty("output").GetString());
        Assert.True(StepOf(again, "a").GetProperty("takenOver").GetBoolean());
    }

    [Fact]
    public async Task WorkspaceLimit_OutOfRange_IsRefusedNamingTheField()
    {
        var client = await NewAsync(server);

        var (status, problem) = await client.SendAsync(HttpMethod.Patch, "", """{"maxConcurrentRuns":0}""");

        Assert.Equal(400, status);
        Assert.Equal("maxConcurrentRuns", problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    private static async Task<JsonElement> SetAsync(RunClient client, string flow, string settings)
    {
        var (status, answer) = await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"settings":{{settings}}}""");
        Assert.True(status == 200, answer.ToString());
        return answer;
    }
}
