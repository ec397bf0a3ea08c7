using System.Text.Json;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Runs;

/// <summary>One server and one sink for the class; its tests run one after the other.</summary>
public sealed class SinkServer : IAsyncLifetime
{
    public CuttingSink Sink { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sink = await CuttingSink.StartAsync();
        Server = new TestServer(("Egress:AllowPrivate", Sink.Address.Authority));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Sink.DisposeAsync();
    }
}

public sealed class RunControlTests(SinkServer servers) : IClassFixture<SinkServer>, IAsyncLifetime
{
    private readonly TestServer _server = servers.Server;
    private readonly CuttingSink _sink = servers.Sink;
    private RunClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _sink.Reset();
        _client = await NewAsync(_server);
    }

    public ValueTask DisposeAsync()
    {
        _client.Http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Pause_WhatIsAtWorkFinishes_NothingNewStartsUntilResume()
    {
        var flow = await _client.CreateFlowAsync(Call("held", "/hold") + "," + Call("next", "/next"), "start->held", "held->next");
        var run = await _client.StartAsync(flow);
        await Lab.Processes.Until.HoldsAsync(() => Task.FromResult(_sink.ArrivalsAt("/hold") == 1), "the call is out", TestContext.Current.CancellationToken);

        var paused = await _client.PostAsync($"/runs/{run}/pause");
        _sink.Release();
        var held = await _client.UntilAsync(run, found => StatusOf(StepOf(found, "held")) == "succeeded");

        Assert.Equal(("waiting", true), (StatusOf(paused), paused.GetProperty("paused").GetBoolean()));
        Assert.Equal(("waiting", true), (StatusOf(held), held.GetProperty("paused").GetBoolean()));
        Assert.Equal(0, _sink.ArrivalsAt("/next"));
        await _client.PostAsync($"/runs/{run}/pause"); // twice is once
        await _client.PostAsync($"/runs/{run}/resume");
        var ended = await _client.UntilAsync(run, found => StatusOf(found) == "succeeded");
        Assert.False(ended.GetProperty("paused").GetBoolean());
        Assert.Equal(1, _sink.ArrivalsAt("/next"));
    }

    [Fact]
    public async Task Pause_CancelOfAPausedRun_EndsIt()
    {
        var flow = await _client.CreateFlowAsync(
            """{"id":"wait","type":"logic.wait","config":{"seconds":3600}},{"id":"a","type":"data.set","config":{"value":1}}""", "start->wait", "wait->a");
        var run = await _client.StartAsync(flow);
        await _client.PostAsync($"/runs/{run}/pause");

        var cancelled = await _client.PostAsync($"/runs/{run}/cancel");
        var (resumed, problem) = await _client.SendAsync(HttpMethod.Post, $"/runs/{run}/resume");

        Assert.Equal("cancelled", StatusOf(cancelled));
        Assert.False(cancelled.GetProperty("paused").GetBoolean());
        Assert.Equal((409, "run.already_finished"), (resumed, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Pause_QueuedOrEndedOrForeignRun_IsRefused()
    {
        var flow = await _client.CreateFlowAsync("""{"id":"wait","type":"logic.wait","config":{"seconds":3600}}""", "start->wait");
        await _client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", """{"settings":{"maxConcurrentRuns":1}}""");
        var first = await _client.StartAsync(flow);
        await _client.UntilAsync(first, found => StatusOf(found) == "waiting");
        var queued = await _client.StartAsync(flow);
        var stranger = await NewAsync(_server);

        Assert.Equal("run.not_begun", (await _client.SendAsync(HttpMethod.Post, $"/runs/{queued}/pause")).Body.GetProperty("code").GetString());
        await _client.PostAsync($"/runs/{queued}/cancel");
        Assert.Equal("run.already_finished", (await _client.SendAsync(HttpMethod.Post, $"/runs/{queued}/pause")).Body.GetProperty("code").GetString());
        Assert.Equal(404, (await stranger.SendAsync(HttpMethod.Post, $"/runs/{first}/pause")).Status);
        Assert.Equal(404, (await stranger.SendAsync(HttpMethod.Post, $"/runs/{first}/settle", """{"path":"wait","happened":true}""")).Status);
    }

    [Fact]
    public async Task RerunFailedItems_CallsOnlyThoseThatFailed()
    {
        var flow = await _client.CreateFlowAsync(
            Call("before", "/before")
            + $$$""",{"id":"each","type":"logic.map","config":{"items":["/one","/cut/two","/three"],"onItemError":"continue"}},{"id":"call","type":"http.request","parent":"each","config":{"method":"POST","url":"{{{Address}}}{{ item }}"}},{"id":"path","type":"data.set","parent":"each","config":{"value":"{{ steps.call.body.path }}"}},{"id":"out","type":"output","config":{"value":"{{ steps.each }}"}}""",
            "start->before", "before->each", "call->path", "each->out");
        var first = await _client.RunAsync(flow);
        _sink.Cuts = false;

        var second = await _client.PostAsync($"/runs/{first.GetProperty("id").GetString()}/rerun?wait=300", """{"fromStep":"each","failedItemsOnly":true}""");

        Assert.Equal("""["/one",null,"/three"]""", first.GetProperty("output").GetRawText());
        Assert.Equal("""["/one","/cut/two","/three"]""", second.GetProperty("output").GetRawText());
        Assert.Equal((1, 1, 2, 1), (_sink.ArrivalsAt("/before"), _sink.ArrivalsAt("/one"), _sink.ArrivalsAt("/cut/two"), _sink.ArrivalsAt("/three")));
        Assert.True(StepOf(second, "each[0]/call").GetProperty("takenOver").GetBoolean());
        var (none, problem) =
            await _client.SendAsync(HttpMethod.Post, $"/runs/{second.GetProperty("id").GetString()}/rerun", """{"fromStep":"each","failedItemsOnly":true}""");
        Assert.Equal((409, "run.no_failed_items"), (none, problem.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("""{"fromStep":"a","failedItemsOnly":true}""", "run.map_not_found")]
    [InlineData("""{"failedItemsOnly":true}""", "run.map_not_found")]
    [InlineData("""{"fromStep":"a","failedItemsOnly":true,"input":{}}""", "run.input_fixed")]
    public async Task RerunFailedItems_Wrong_IsRefused(string body, string code)
    {
        var flow = await _client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}""", "start->a");
        var run = await _client.RunAsync(flow);

        var (status, problem) = await _client.SendAsync(HttpMethod.Post, $"/runs/{run.GetProperty("id").GetString()}/rerun", body);

        Assert.Equal((400, code), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Rerun_FromAStepBehindASurvivedFailure_DoesNotCallThatAgain()
    {
        var flow = await _client.CreateFlowAsync(
            Call("cut", "/cut/x").Replace("\"type\"", "\"onError\":\"continue\",\"type\"", StringComparison.Ordinal)
            + """,{"id":"a","type":"data.set","config":{"value":"{{ input.x }}"}}""",
            "start->cut", "cut->a");
        var first = await _client.RunAsync(flow);

        var second = await _client.PostAsync($"/runs/{first.GetProperty("id").GetString()}/rerun?wait=300", """{"fromStep":"a","input":{"x":"edited"}}""");

        Assert.Equal("edited", second.GetProperty("output").GetString());
        Assert.Equal(1, _sink.ArrivalsAt("/cut/x"));
    }

    [Fact]
    public async Task Settle_ItHappened_GoesOnWithTheGivenOutputAndCallsNothingAgain()
    {
        var flow = await _client.CreateFlowAsync(
            Call("before", "/before") + "," + Call("pay", "/cut/pay") + """,{"id":"out","type":"output","config":{"value":"{{ steps.pay.receipt }}"}}""",
            "start->before", "before->pay", "pay->out");
        var first = await _client.RunAsync(flow);
        _sink.Cuts = false;

        var second = await _client.PostAsync(
            $"/runs/{first.GetProperty("id").GetString()}/settle?wait=300", """{"path":"pay","happened":true,"output":{"receipt":"R-1"}}""");

        Assert.Equal("unknown", StatusOf(StepOf(first, "pay")));
        Assert.Equal("failed", StatusOf(first));
        Assert.Equal("R-1", second.GetProperty("output").GetString());
        Assert.Equal((1, 1), (_sink.ArrivalsAt("/before"), _sink.ArrivalsAt("/cut/pay")));
        Assert.NotEqual(JsonValueKind.Null, StepOf(second, "pay").GetProperty("settledBy").ValueKind);
        Assert.Equal("failed", StatusOf(await _client.GetRunAsync(first.GetProperty("id").GetString()!)));
    }

    [Fact]
    public async Task Settle_ItDidNot_RunsItAgainAndNothingBefore_AlsoInsideAMap()
    {
        var flow = await _client.CreateFlowAsync(
            $$$"""{"id":"each","type":"logic.map","config":{"items":["/one","/cut/two"],"concurrency":1}},{"id":"call","type":"http.request","parent":"each","config":{"method":"POST","url":"{{{Address}}}{{ item }}"}},{"id":"path","type":"data.set","parent":"each","config":{"value":"{{ steps.call.body.path }}"}}""",
            "start->each", "call->path");
        var first = await _client.RunAsync(flow);
        _sink.Cuts = false;

        var second = await _client.PostAsync($"/runs/{first.GetProperty("id").GetString()}/settle?wait=300", """{"path":"each[1]/call","happened":false}""");

        Assert.Equal("failed", StatusOf(first));
        Assert.Equal("""["/one","/cut/two"]""", second.GetProperty("output").GetRawText());
        Assert.Equal((1, 2), (_sink.ArrivalsAt("/one"), _sink.ArrivalsAt("/cut/two")));
    }

    [Theory]
    [InlineData("""{"path":"a","happened":true}""", 409, "run.not_unknown")]
    [InlineData("""{"path":"nowhere","happened":false}""", 409, "run.not_unknown")]
    [InlineData("""{"path":"a"}""", 400, "run.settle_invalid")]
    [InlineData("{}", 400, "run.settle_invalid")]
    public async Task Settle_NothingToSettle_IsRefused(string body, int status, string code)
    {
        var flow = await _client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}""", "start->a");
        var run = await _client.RunAsync(flow);

        var (answered, problem) = await _client.SendAsync(HttpMethod.Post, $"/runs/{run.GetProperty("id").GetString()}/settle", body);

        Assert.Equal((status, code), (answered, problem.GetProperty("code").GetString()));
    }

    private string Address => _sink.Address.ToString().TrimEnd('/');

    private string Call(string id, string path) => $$$"""{"id":"{{{id}}}","type":"http.request","config":{"method":"POST","url":"{{{Address}}}{{{path}}}"}}""";
}
