using System.Text.Json;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Runs;

public class PinTests(SharedServer server)
{
    private const string Refused = """{"id":"get","type":"http.request","config":{"url":"http://169.254.169.254/"}}""";

    [Fact]
    public async Task Run_OfTheDraft_UsesThePinnedOutputInsteadOfCallingAndSaysSo()
    {
        var client = await NewAsync(server);
        var flow =
            await client.CreateFlowAsync(Refused + """,{"id":"out","type":"output","config":{"value":"{{ steps.get.body }}"}}""", "start->get", "get->out");
        await PutAsync(client, flow, "get", """{"output":{"status":200,"body":"pinned"}}""");

        var run = await client.RunAsync(flow);

        Assert.Equal("pinned", run.GetProperty("output").GetString());
        Assert.True(StepOf(run, "get").GetProperty("pinned").GetBoolean());
        Assert.False(StepOf(run, "out").GetProperty("pinned").GetBoolean());
    }

    [Fact]
    public async Task Run_OfAVersion_IgnoresPins()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":"real"}}""", "start->a");
        await PutAsync(client, flow, "a", """{"output":"pinned"}""");
        var published = await client.PostAsync($"/flows/{flow}/publish");

        var run = await client.RunAsync(flow, $$"""{"version":{{published.GetProperty("version").GetInt32()}}}""");

        Assert.Equal("real", run.GetProperty("output").GetString());
    }

    [Fact]
    public async Task Pin_WithPort_LeavesByThatPort()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(
            """{"id":"if","type":"logic.if","config":{"condition":"true"}},{"id":"yes","type":"data.set","config":{"value":"yes"}},{"id":"no","type":"data.set","config":{"value":"no"}}""",
            "start->if", "if.true->yes", "if.false->no");
        await PutAsync(client, flow, "if", """{"output":false,"port":"false"}""");

        var run = await client.RunAsync(flow);

        Assert.Equal("no", run.GetProperty("output").GetString());
        Assert.Equal("skipped", StatusOf(StepOf(run, "yes")));
    }

    [Fact]
    public async Task Pin_PutTwiceListedAndTakenAway()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":"real"}}""", "start->a");
        await PutAsync(client, flow, "a", """{"output":1}""");
        await PutAsync(client, flow, "a", """{"output":null}""");

        var pin = Assert.Single((await client.GetAsync($"/flows/{flow}/pins")).GetProperty("items").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, pin.GetProperty("output").ValueKind);
        Assert.Equal("out", pin.GetProperty("port").GetString());
        Assert.Equal(204, (await client.SendAsync(HttpMethod.Delete, $"/flows/{flow}/steps/a/pin")).Status);
        Assert.Equal(404, (await client.SendAsync(HttpMethod.Delete, $"/flows/{flow}/steps/a/pin")).Status);
        Assert.Equal("real", (await client.RunAsync(flow)).GetProperty("output").GetString());
    }

    [Theory]
    [InlineData("a", """{"output":1,"port":"nowhere"}""", 400, "flow.port_not_found")]
    [InlineData("a", "{}", 400, "flow.pin_invalid")]
    [InlineData("nobody", """{"output":1}""", 404, "flow.step_not_found")]
    public async Task Pin_Wrong_IsRefused(string step, string body, int status, string code)
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":"real"}}""", "start->a");

        var (answered, problem) = await client.SendAsync(HttpMethod.Put, $"/flows/{flow}/steps/{step}/pin", body);

        Assert.Equal((status, code), (answered, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Pin_TooLarge_IsRefused()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":"real"}}""", "start->a");

        var (status, _) = await client.SendAsync(HttpMethod.Put, $"/flows/{flow}/steps/a/pin", $$"""{"output":"{{new string('x', 300_000)}}"}""");

        Assert.Equal(413, status);
    }

    [Fact]
    public async Task RunStep_WithChosenOutputs_RunsOnlyThatStep()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(
            Refused
            + """,{"id":"b","type":"data.set","config":{"value":"{{ input.x }} {{ steps.get.body }}"}},{"id":"after","type":"data.set","config":{"value":1}}""",
            "start->get", "get->b", "b->after");

        var run = await client.PostAsync($"/flows/{flow}/steps/b/run?wait=300", """{"input":{"x":"hello"},"steps":{"get":{"body":"you"}}}""");

        Assert.Equal("hello you", run.GetProperty("output").GetString());
        Assert.Equal("b", run.GetProperty("onlyStep").GetString());
        Assert.Equal("b", Assert.Single(run.GetProperty("steps").EnumerateArray()).GetProperty("path").GetString());
    }

    [Fact]
    public async Task RunStep_ChosenBeforePinnedBeforeEarlierRun()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(
            """{"id":"a","type":"data.set","config":{"value":"run-a"}},{"id":"b","type":"data.set","config":{"value":"run-b"}},{"id":"c","type":"data.set","config":{"value":"run-c"}},{"id":"all","type":"data.set","config":{"value":"{{ steps.a }} {{ steps.b }} {{ steps.c }} {{ input.x }}"}}""",
            "start->a", "a->b", "b->c", "c->all");
        var earlier = await client.RunAsync(flow, """{"input":{"x":"run-x"}}""");
        await PutAsync(client, flow, "b", """{"output":"pin-b"}""");
        await PutAsync(client, flow, "c", """{"output":"pin-c"}""");

        var run = await client.PostAsync(
            $"/flows/{flow}/steps/all/run?wait=300", $$$"""{"fromRun":"{{{earlier.GetProperty("id").GetString()}}}","steps":{"c":"chosen-c"}}""");

        Assert.Equal("run-a pin-b chosen-c run-x", run.GetProperty("output").GetString());
    }

    [Fact]
    public async Task RunStep_InsideAMap_TakesTheItemAndRepeatsAsItWas()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(
            """{"id":"each","type":"logic.map","config":{"items":[1,2]}},{"id":"one","type":"data.set","parent":"each","config":{"value":"{{ index }}:{{ item.name }}"}}""",
            "start->each");

        var run = await client.PostAsync($"/flows/{flow}/steps/one/run?wait=300", """{"item":{"name":"Ana"},"index":3}""");
        var again = await client.PostAsync($"/runs/{run.GetProperty("id").GetString()}/rerun?wait=300");

        Assert.Equal("3:Ana", run.GetProperty("output").GetString());
        Assert.Equal("3:Ana", again.GetProperty("output").GetString());
        Assert.Equal("one", again.GetProperty("onlyStep").GetString());
    }

    [Fact]
    public async Task RunStep_Container_RunsWhatIsInside()
    {
        var client = await NewAsync(server);
        var flow = await client.CreateFlowAsync(
            """{"id":"each","type":"logic.map","config":{"items":"{{ input.list }}"}},{"id":"one","type":"data.set","parent":"each","config":{"value":"{{ item | times: 2 }}"}}""",
            "start->each");

        var run = await client.PostAsync($"/flows/{flow}/steps/each/run?wait=300", """{"input":{"list":[1,2,3]}}""");

        Assert.Equal("[2,4,6]", run.GetProperty("output").GetRawText());
    }

    [Fact]
    public async Task RunStep_UnknownStepOrRun_IsNotFound()
    {
        var (client, other) = (await NewAsync(server), await NewAsync(server));
        var flow = await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":"{{ steps.start }}"}}""", "start->a");
        var foreign = await other.RunAsync(await other.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":"secret"}}""", "start->a"));

        var (noStep, first) = await client.SendAsync(HttpMethod.Post, $"/flows/{flow}/steps/nobody/run", "{}");
        var (noRun, second) =
            await client.SendAsync(HttpMethod.Post, $"/flows/{flow}/steps/a/run", $$"""{"fromRun":"{{foreign.GetProperty("id").GetString()}}"}""");
        var (hidden, _) = await other.SendAsync(HttpMethod.Post, $"/flows/{flow}/steps/a/run", "{}");

        Assert.Equal((404, "flow.step_not_found"), (noStep, first.GetProperty("code").GetString()));
        Assert.Equal((404, "run.not_found"), (noRun, second.GetProperty("code").GetString()));
        Assert.Equal(404, hidden);
    }

    private static async Task PutAsync(RunClient client, string flow, string step, string body)
    {
        var (status, answer) = await client.SendAsync(HttpMethod.Put, $"/flows/{flow}/steps/{step}/pin", body);
        Assert.True(status == 200, answer.ToString());
    }
}
