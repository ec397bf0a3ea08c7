using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Runs;

public class FlowCallTests(SharedServer server)
{
    [Fact]
    public async Task Call_OtherFlow_PutsOutItsOutputAndLinksBothRuns()
    {
        var client = await NewAsync(server);
        var called = await client.CreateFlowAsync("""{"id":"twice","type":"data.set","config":{"value":"{{ input.n | times: 2 }}"}}""", "start->twice");
        var caller = await client.CreateFlowAsync(Call(called, """{"n":"{{ input.n }}"}"""), "start->call");

        var run = await client.RunAsync(caller, """{"input":{"n":21}}""");

        Assert.Equal("succeeded", StatusOf(run));
        Assert.Equal(42, run.GetProperty("output").GetInt32());
        var child = await client.GetRunAsync(StepOf(run, "call").GetProperty("childRunId").GetString()!);
        Assert.Equal(run.GetProperty("id").GetString(), child.GetProperty("parentRunId").GetString());
        Assert.Equal("call", child.GetProperty("parentPath").GetString());
        Assert.Equal("flow", child.GetProperty("trigger").GetString());
        Assert.Equal(run.GetProperty("startedBy").GetString(), child.GetProperty("startedBy").GetString());
    }

    [Fact]
    public async Task Call_FlowWithAPublishedVersion_RunsThatAndNotTheDraft()
    {
        var client = await NewAsync(server);
        var called = await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":"published"}}""", "start->a");
        await client.PostAsync($"/flows/{called}/publish");
        await client.SendAsync(
            HttpMethod.Patch, $"/flows/{called}",
            """{"flow":{"steps":[{"id":"start","type":"trigger.manual"},{"id":"a","type":"data.set","config":{"value":"draft"}}],"connections":[{"from":"start","to":"a"}]}}""");
        var caller = await client.CreateFlowAsync(Call(called), "start->call");

        var run = await client.RunAsync(caller);

        Assert.Equal("published", run.GetProperty("output").GetString());
    }

    [Fact]
    public async Task Call_ChildFails_FailsTheStepSayingWhere()
    {
        var client = await NewAsync(server);
        var called = await client.CreateFlowAsync("""{"id":"get","type":"http.request","config":{"url":"http://169.254.169.254/"}}""", "start->get");
        var caller = await client.CreateFlowAsync(Call(called), "start->call");

        var run = await client.RunAsync(caller);

        Assert.Equal("failed", StatusOf(run));
        Assert.Equal("flow.call_failed", run.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("get", run.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_FlowThatCallsItself_IsRefusedBeyondTheDepthLimit()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(Call("{{ run.flowId }}"), "start->call");

        var run = await client.RunAsync(flow);

        Assert.Equal("failed", StatusOf(run));
        var all = await client.GetAsync($"/runs?flowId={flow}");
        Assert.Equal(9, all.GetProperty("items").GetArrayLength());
        Assert.Contains(
            all.GetProperty("items").EnumerateArray(),
            item => item.GetProperty("error").GetProperty("code").GetString() == "flow.call_too_deep");
    }

    [Fact]
    public async Task Call_FlowOfAnotherWorkspace_IsNotFound()
    {
        var (client, other) = (await NewAsync(server), await NewAsync(server));
        var foreign = await other.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}""", "start->a");
        // Written down it is refused when it is saved; a template tells it no sooner than the run.
        var caller = await client.CreateFlowAsync(Call("{{ input.flow }}"), "start->call");

        var run = await client.RunAsync(caller, $$$"""{"input":{"flow":"{{{foreign}}}"}}""");

        Assert.Equal("flow.not_found", run.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Call_InputThatDoesNotFit_FailsNamingTheField()
    {
        var client = await NewAsync(server);
        var made =
            await client.PostAsync(
                "/flows",
                """{"name":"Called","flow":{"steps":[{"id":"start","type":"trigger.manual","config":{"fields":[{"name":"n","type":"number","required":true}]}}]}}""");
        var caller = await client.CreateFlowAsync(Call(made.GetProperty("id").GetString()!, """{"n":"ten"}"""), "start->call");

        var run = await client.RunAsync(caller);

        Assert.Equal("run.input_invalid", run.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("n must be a number", run.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_OfTheCaller_CancelsChildAndGrandchild()
    {
        var client = await NewAsync(server);
        var waits = await client.CreateFlowAsync("""{"id":"wait","type":"logic.wait","config":{"seconds":3600}}""", "start->wait");
        var middle = await client.CreateFlowAsync(Call(waits), "start->call");
        var caller = await client.CreateFlowAsync(Call(middle), "start->call");
        var run = await client.StartAsync(caller);
        await client.UntilAsync(run, _ => true);
        var waiting = await UntilListedAsync(client, waits, "waiting");

        await client.PostAsync($"/runs/{run}/cancel");

        await client.UntilAsync(waiting, found => StatusOf(found) == "cancelled");
        await UntilListedAsync(client, middle, "cancelled");
        Assert.Equal("cancelled", StatusOf(await client.GetRunAsync(run)));
    }

    [Fact]
    public async Task Call_TimeIsUp_FailsTheStepAndCancelsTheChild()
    {
        var client = await NewAsync(server);
        var waits = await client.CreateFlowAsync("""{"id":"wait","type":"logic.wait","config":{"seconds":3600}}""", "start->wait");
        var caller =
            await client.CreateFlowAsync(Call(waits).Replace("\"config\"", "\"timeoutSeconds\":1,\"config\"", StringComparison.Ordinal), "start->call");

        var run = await client.RunAsync(caller);

        Assert.Equal("step.timeout", run.GetProperty("error").GetProperty("code").GetString());
        await UntilListedAsync(client, waits, "cancelled");
    }

    internal static string Call(string flow, string input = "{}") =>
        $$$"""{"id":"call","type":"flow.call","config":{"flowId":"{{{flow}}}","input":{{{input}}}}}""";

    private static async Task<string> UntilListedAsync(RunClient client, string flow, string status)
    {
        var id = "";
        await Lab.Processes.Until.HoldsAsync(
            async () => (id = (await client.GetAsync($"/runs?flowId={flow}&status={status}")).GetProperty("items").EnumerateArray()
                .Select(item => item.GetProperty("id").GetString()).FirstOrDefault() ?? "").Length > 0,
            $"a run of {flow} is {status}",
            TestContext.Current.CancellationToken);
        return id;
    }
}
