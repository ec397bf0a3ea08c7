using System.Text;
using System.Text.Json;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Runs;

/// <summary>Bodies with JSON of the caller's own, byte for byte, at every door that takes one.</summary>
public sealed class RunInputCaseTests(SharedServer server) : IAsyncLifetime
{
    private RunClient _client = null!;
    private string _flow = "";

    public static TheoryData<string> Cases => CaseFile.Ids("run-inputs");

    public async ValueTask InitializeAsync()
    {
        _client = await NewAsync(server);
        _flow = await _client.CreateFlowAsync(
            """{"id":"get","type":"data.set","config":{"value":"{{ input.a | append: '.' }}"}},{"id":"out","type":"output","config":{"value":"{{ input }}"}}""",
            "start->get", "get->out");
    }

    public ValueTask DisposeAsync()
    {
        _client.Http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Send_BodyOfACase_IsTakenOrRefusedWithAReason(string id)
    {
        var found = CaseFile.Find("run-inputs", id);

        var (status, answer) = await SendAsync(found.GetProperty("door").GetString()!, Encoding.UTF8.GetBytes(found.GetProperty("text").GetString()!));

        Assert.True(status is 200, $"{status} {answer}");
        Assert.Equal(200, (await _client.SendAsync(HttpMethod.Get, "/runs?limit=200")).Status);
        Assert.Equal(200, (await _client.SendAsync(HttpMethod.Get, $"/flows/{_flow}/pins")).Status);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("rerun")]
    [InlineData("step run")]
    [InlineData("pin")]
    [InlineData("test")]
    public async Task Send_NamesTwiceAndHalfCharacters_AreMendedAtEveryDoor(string door)
    {
        const string Odd = """{"a":"\ud83d","a":"x\udc00y","\ud83d":{"n":1.50,"n":2.50},"e":"\ud83d\ude00"}""";
        const string Mended = "{\"a\":\"x\ufffdy\",\"\ufffd\":{\"n\":2.50},\"e\":\"😀\"}";

        var (status, answer) = await SendAsync(door, Encoding.UTF8.GetBytes(Body(door, Odd)));

        Assert.True(status == 200, $"{status} {answer}");
        var kept = answer.GetProperty(door == "pin" ? "output" : "input");
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Mended), kept), kept.GetRawText());
        Assert.Contains("2.50", kept.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "input")]
    [InlineData("rerun", "input")]
    [InlineData("step run", "input")]
    [InlineData("pin", "output")]
    [InlineData("test", "input")]
    public async Task Send_TextThatIsNotUtf8_IsRefusedNamingTheField(string door, string field)
    {
        var body = Encoding.Latin1.GetBytes(Body(door, """{"a":"é"}"""));

        var (status, answer) = await SendAsync(door, body);

        Assert.Equal((400, "request.malformed"), (status, answer.GetProperty("code").GetString()));
        Assert.Contains(field, answer.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json; charset=iso-8859-1", "e9", "é", 200)]
    [InlineData("application/json; charset=utf-16", "e900", "é", 200)]
    [InlineData("application/json; charset=windows-1252", "80", "€", 200)]
    [InlineData("application/json; charset=x-made-up", "61", "a", 415)]
    public async Task Send_BodyInADeclaredCharset_IsReadInItOrRefused(string type, string hex, string text, int expected)
    {
        var encoding = type.EndsWith("utf-16", StringComparison.Ordinal) ? Encoding.Unicode : Encoding.Latin1;
        byte[] body = [.. encoding.GetBytes("{\"input\":{\"a\":\""), .. Convert.FromHexString(hex), .. encoding.GetBytes("\"}}")];

        var (status, answer) = await SendAsync("run", body, type);

        Assert.True(status == expected, $"{status} {answer}");
        if (status == 200)
        {
            Assert.Equal(text, answer.GetProperty("input").GetProperty("a").GetString());
        }
    }

    [Fact]
    public async Task CreateFlow_HalfCharacterInAConfig_IsRefusedWithAReason()
    {
        var (status, answer) = await _client.SendAsync(
            HttpMethod.Post, "/flows",
            """{"name":"Half","flow":{"steps":[{"id":"start","type":"trigger.manual"},{"id":"a","type":"data.set","config":{"value":"cut \ud83d"}}],"connections":[]}}""");

        Assert.Equal((400, "flow.malformed"), (status, answer.GetProperty("code").GetString()));
        Assert.Equal(200, (await _client.SendAsync(HttpMethod.Get, "/flows")).Status);
    }

    private static string Body(string door, string value) => door == "pin" ? $$"""{"output":{{value}} }""" : $$"""{"input":{{value}} }""";

    private async Task<(int Status, JsonElement Answer)> SendAsync(string door, byte[] body, string type = "application/json")
    {
        var (method, path) = door switch
        {
            "run" => (HttpMethod.Post, $"/flows/{_flow}/runs?wait=300"),
            "rerun" => (HttpMethod.Post, $"/runs/{await RunAsync()}/rerun?wait=300"),
            "step run" => (HttpMethod.Post, $"/flows/{_flow}/steps/get/run?wait=300"),
            "pin" => (HttpMethod.Put, $"/flows/{_flow}/steps/get/pin"),
            "test" =>
                (HttpMethod.Patch,
                    $"/flows/{_flow}/tests/{(await _client.PostAsync($"/flows/{_flow}/tests", $$"""{"runId":"{{await RunAsync()}}"}""")).GetProperty("id").GetString()}"),
            _ => throw new ArgumentOutOfRangeException(nameof(door), door, null),
        };
        using var request = new HttpRequestMessage(method, _client.Root + path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await _client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }

    private async Task<string> RunAsync() => (await _client.RunAsync(_flow, """{"input":{"a":"b"}}""")).GetProperty("id").GetString()!;
}
