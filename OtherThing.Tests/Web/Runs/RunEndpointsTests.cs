using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Runs;

public class RunEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_WithWait_AnswersTheFinishedRun()
    {
        var (client, root) = await NewAsync();
        var flow = await CreateAsync(client, root, """
            {"steps":[{"id":"start","type":"trigger.manual","config":{"fields":[{"name":"n","type":"number","required":true}]}},
             {"id":"each","type":"logic.map","config":{"items":[1,2,3]}},{"id":"times","type":"data.set","parent":"each","config":{"value":"{{ item | times: input.n }}"}},
             {"id":"out","type":"output","config":{"value":"{{ steps.each }}"}}],
             "connections":[{"from":"start","to":"each"},{"from":"each","to":"out"}]}
            """);

        var run = await RunAsync(client, root, flow, """{"input":{"n":10}}""");

        Assert.Equal("succeeded", run.GetProperty("status").GetString());
        Assert.Equal("[10,20,30]", run.GetProperty("output").GetRawText());
        Assert.Contains(run.GetProperty("steps").EnumerateArray(), step => step.GetProperty("path").GetString() == "each[2]/times");
    }

    [Fact]
    public async Task Start_InputOfTheWrongType_IsRefusedNamingTheField()
    {
        var (client, root) = await NewAsync();
        var flow = await CreateAsync(
            client, root, """{"steps":[{"id":"start","type":"trigger.manual","config":{"fields":[{"name":"n","type":"number","required":true}]}}]}""");

        using var answer = await client.PostAsync($"{root}/flows/{flow}/runs", Json("""{"input":{"n":"ten"}}"""), Cancel);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("run.input_invalid", problem.GetProperty("code").GetString());
        Assert.Equal("input.n", problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Start_TypedFields_EachIsCheckedAndDefaultsAreFilledIn()
    {
        var (client, root) = await NewAsync();
        var flow = await CreateAsync(client, root, """
            {"steps":[{"id":"start","type":"trigger.manual","config":{"fields":[
              {"name":"kind","type":"choice","choices":["big","small"],"required":true},{"name":"day","type":"date"},{"name":"yes","type":"boolean","default":true},
              {"name":"text","type":"text"},{"name":"any","type":"json"}]}}]}
            """);

        using var refused =
            await client.PostAsync($"{root}/flows/{flow}/runs", Json("""{"input":{"kind":"huge","day":"2026-02-30","yes":"no","text":1}}"""), Cancel);
        using var missing = await client.PostAsync($"{root}/flows/{flow}/runs", Json("{}"), Cancel);
        var run = await RunAsync(client, root, flow, """{"input":{"kind":"small","day":"2026-02-28","any":[1,{"a":null}],"more":1}}""");

        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("run.input_invalid", problem.GetProperty("code").GetString());
        Assert.Equal(
            ["input.day", "input.kind", "input.text", "input.yes"],
            problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()).Order());
        Assert.Equal("input.kind", (await missing.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors")[0].GetProperty("path").GetString());
        Assert.Equal("""{"kind":"small","day":"2026-02-28","any":[1,{"a":null}],"more":1,"yes":true}""", run.GetProperty("output").GetRawText());
    }

    [Theory]
    [InlineData("""{"name":"k","type":"choice"}""", "flow.steps.start.config.fields[0].choices")]
    [InlineData("""{"name":"k","type":"choice","choices":["a"],"default":"b"}""", "flow.steps.start.config.fields[0].default")]
    [InlineData("""{"name":"k","type":"number","default":"many"}""", "flow.steps.start.config.fields[0].default")]
    public async Task Save_FieldThatCannotWork_IsRefusedNamingIt(string field, string path)
    {
        var (client, root) = await NewAsync();

        using var answer = await client.PostAsync(
            $"{root}/flows", Json($$$"""{"name":"F","flow":{"steps":[{"id":"start","type":"trigger.manual","config":{"fields":[{{{field}}}]}}]}}"""), Cancel);

        Assert.Equal(path, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Cancel_WaitingRun_EndsItForGood()
    {
        var (client, root) = await NewAsync();
        var flow =
            await CreateAsync(
                client, root,
                """{"steps":[{"id":"start","type":"trigger.manual"},{"id":"wait","type":"logic.wait","config":{"seconds":3600}}],"connections":[{"from":"start","to":"wait"}]}""");
        using var accepted = await client.PostAsync($"{root}/flows/{flow}/runs", Json("{}"), Cancel);
        var id = (await accepted.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);

        using var cancelled = await client.PostAsync($"{root}/runs/{id}/cancel", null, Cancel);
        using var again = await client.PostAsync($"{root}/runs/{id}/cancel", null, Cancel);

        var run = await cancelled.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("cancelled", run.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        var steps = (await client.GetFromJsonAsync<JsonElement>($"{root}/runs/{id}", Cancel)).GetProperty("steps").EnumerateArray();
        Assert.Equal("cancelled", steps.Single(step => step.GetProperty("path").GetString() == "wait").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Waits_ManyAtTheSameTime_AllElapse()
    {
        var (client, root) = await NewAsync();
        var waits = string.Join(',', Enumerable.Range(0, 40).Select(i => $$$"""{"id":"w{{{i}}}","type":"logic.wait","config":{"seconds":0.{{{i % 4}}}5}}"""));
        var links = string.Join(',', Enumerable.Range(0, 40).Select(i => $$"""{"from":"start","to":"w{{i}}"},{"from":"w{{i}}","to":"end"}"""));
        var flow = await CreateAsync(
            client, root, $$"""{"steps":[{"id":"start","type":"trigger.manual"},{{waits}},{"id":"end","type":"logic.join"}],"connections":[{{links}}]}""");

        var run = await RunAsync(client, root, flow, "{}");

        Assert.Equal(40, run.GetProperty("output").EnumerateObject().Count());
    }

    [Fact]
    public async Task Rerun_FromAStep_TakesOverWhatCameBefore()
    {
        var (client, root) = await NewAsync();
        var flow = await CreateAsync(client, root, """
            {"steps":[{"id":"start","type":"trigger.manual"},{"id":"a","type":"data.set","config":{"value":"{{ input.x }}"}},{"id":"b","type":"data.set","config":{"value":"{{ steps.a }}{{ input.x }}"}}],
             "connections":[{"from":"start","to":"a"},{"from":"a","to":"b"}]}
            """);
        var first = await RunAsync(client, root, flow, """{"input":{"x":"old"}}""");

        using var answer = await client.PostAsync(
            $"{root}/runs/{first.GetProperty("id").GetString()}/rerun?wait=300", Json("""{"fromStep":"b","input":{"x":"new"}}"""), Cancel);

        var second = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("oldnew", second.GetProperty("output").GetString());
        Assert.True(
            second.GetProperty("steps").EnumerateArray().Single(step => step.GetProperty("path").GetString() == "a").GetProperty("takenOver").GetBoolean());
    }

    [Fact]
    public async Task Events_ResumedAfterTheFirst_GivesTheRestOnceAndEnds()
    {
        var (client, root) = await NewAsync();
        var flow =
            await CreateAsync(
                client, root,
                """{"steps":[{"id":"start","type":"trigger.manual"},{"id":"wait","type":"logic.wait","config":{"seconds":0.05}},{"id":"end","type":"output","config":{"value":1}}],"connections":[{"from":"start","to":"wait"},{"from":"wait","to":"end"}]}""");
        var run = await RunAsync(client, root, flow, "{}");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{root}/runs/{run.GetProperty("id").GetString()}/events");
        request.Headers.Add("Last-Event-ID", "1");

        using var answer = await client.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("id: 1\n", text, StringComparison.Ordinal);
        Assert.Single(text.Split("id: 2\n").Skip(1));
        Assert.Contains("\"succeeded\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpStep_PrivateAddress_IsRefusedAndTheRunFailsSayingSo()
    {
        var (client, root) = await NewAsync();
        var flow =
            await CreateAsync(
                client, root,
                """{"steps":[{"id":"start","type":"trigger.manual"},{"id":"get","type":"http.request","config":{"url":"http://169.254.169.254/latest"}}],"connections":[{"from":"start","to":"get"}]}""");

        var run = await RunAsync(client, root, flow, "{}");

        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Equal("get", run.GetProperty("error").GetProperty("path").GetString());
        Assert.StartsWith("http.", run.GetProperty("error").GetProperty("code").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C05_RunOfAnotherWorkspace_IsNotFoundEverywhere()
    {
        var (client, root) = await NewAsync();
        var flow = await CreateAsync(client, root, """{"steps":[{"id":"start","type":"trigger.manual"}]}""");
        var run = (await RunAsync(client, root, flow, "{}")).GetProperty("id").GetString();
        var (stranger, foreign) = await NewAsync();

        foreach (var (method, path) in new[] { ("GET", $"runs/{run}"), (
            "GET", $"runs/{run}/events"), ("POST", $"runs/{run}/cancel"), ("POST", $"runs/{run}/rerun"), ("POST", $"flows/{flow}/runs") })
        {
            foreach (var workspace in new[] { root, foreign })
            {
                using var request = new HttpRequestMessage(HttpMethod.Parse(method), $"{workspace}/{path}") { Content = method == "POST" ? Json("{}") : null };
                using var answer = await stranger.SendAsync(request, Cancel);
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task List_ByTriggerPersonTimeAndWords_IsAskedOfTheServer()
    {
        var (client, root) = await NewAsync();
        var flow = await CreateAsync(client, root, """{"steps":[{"id":"start","type":"trigger.manual"}]}""");
        var first = await RunAsync(client, root, flow, "{}");
        using var repeated = await client.PostAsync($"{root}/runs/{first.GetProperty("id").GetString()}/rerun?wait=300", Json("{}"), Cancel);
        var again = await repeated.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        var (one, two) = (first.GetProperty("id").GetString()!, again.GetProperty("id").GetString()!);
        var started = Uri.EscapeDataString(again.GetProperty("createdAt").GetString()!);

        Assert.Equal([two], await IdsAsync(client, $"{root}/runs?trigger=rerun"));
        Assert.Equal([one], await IdsAsync(client, $"{root}/runs?trigger=manual&status=succeeded"));
        Assert.Equal([two, one], await IdsAsync(client, $"{root}/runs?startedBy={first.GetProperty("startedBy").GetString()}&q=TES"));
        Assert.Empty(await IdsAsync(client, $"{root}/runs?startedBy={Guid.NewGuid()}"));
        Assert.Equal([two], await IdsAsync(client, $"{root}/runs?from={started}"));
        Assert.Equal([one], await IdsAsync(client, $"{root}/runs?to={started}"));
        Assert.Empty(await IdsAsync(client, $"{root}/runs?q=nothing"));
    }

    [Theory]
    [InlineData("status=done", "run.status_invalid")]
    [InlineData("trigger=clock", "run.trigger_invalid")]
    [InlineData("trigger=0", "run.trigger_invalid")]
    [InlineData("from=soon", "run.time_invalid")]
    [InlineData("to=2026-02-30", "run.time_invalid")]
    public async Task List_FilterThatIsNone_IsRefusedNamingIt(string query, string code)
    {
        var (client, root) = await NewAsync();

        using var answer = await client.GetAsync($"{root}/runs?{query}", Cancel);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Equal(query.Split('=')[0], problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    private static async Task<IEnumerable<string?>> IdsAsync(HttpClient client, string address) =>
        (await client.GetFromJsonAsync<JsonElement>(address, Cancel)).GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetString());

    internal static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    private static async Task<string> CreateAsync(HttpClient client, string root, string flow)
    {
        using var answer = await client.PostAsync($"{root}/flows", Json($$"""{"name":"Test","description":"","flow":{{flow}}}"""), Cancel);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> RunAsync(HttpClient client, string root, string flow, string body)
    {
        using var answer = await client.PostAsync($"{root}/flows/{flow}/runs?wait=300", Json(body), Cancel);
        var run = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, run.ToString());
        return run;
    }

    private async Task<(HttpClient Client, string Root)> NewAsync()
    {
        var client = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(client);
        return (client, $"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}");
    }
}
