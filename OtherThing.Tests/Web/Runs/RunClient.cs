using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Runs;

/// <summary>A person with a workspace of their own who makes flows and runs them over REST.</summary>
internal sealed class RunClient(HttpClient http, string root)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public HttpClient Http => http;

    public string Root => root;

    public static async Task<RunClient> NewAsync(TestServer server)
    {
        var http = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(http);
        return new RunClient(http, $"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}");
    }

    public async Task<string> CreateFlowAsync(string steps, params string[] connections)
    {
        var links = string.Join(',', connections.Select(text =>
        {
            var (from, to) = (text.Split("->")[0], text.Split("->")[1]);
            var port = from.Contains('.', StringComparison.Ordinal) ? from.Split('.')[1] : "out";
            return $$"""{"from":"{{from.Split('.')[0]}}","port":"{{port}}","to":"{{to}}"}""";
        }));
        var document = $$"""{"steps":[{"id":"start","type":"trigger.manual"},{{steps}}],"connections":[{{links}}]}""";
        var made = await PostAsync("/flows", $$"""{"name":"Test","description":"","flow":{{document}} }""");
        return made.GetProperty("id").GetString()!;
    }

    /// <summary>A run that has ended.</summary>
    public Task<JsonElement> RunAsync(string flow, string body = "{}") => PostAsync($"/flows/{flow}/runs?wait=300", body);

    /// <summary>A run that has begun.</summary>
    public async Task<string> StartAsync(string flow, string body = "{}") =>
        (await PostAsync($"/flows/{flow}/runs", body)).GetProperty("id").GetString()!;

    public Task<JsonElement> GetRunAsync(string run) => GetAsync($"/runs/{run}");

    public Task<JsonElement> GetAsync(string path) => http.GetFromJsonAsync<JsonElement>(root + path, Cancel)!;

    /// <summary>A POST that must succeed.</summary>
    public async Task<JsonElement> PostAsync(string path, string body = "{}")
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, path, body);
        Assert.True(status is >= 200 and < 300, $"{path}: {status} {answer}");
        return answer;
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, root + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    /// <summary>The run once it is as expected.</summary>
    public async Task<JsonElement> UntilAsync(string run, Func<JsonElement, bool> holds)
    {
        JsonElement found = default;
        await Lab.Processes.Until.HoldsAsync(async () => holds(found = await GetRunAsync(run)), $"run {run} is as expected", Cancel);
        return found;
    }

    public static string StatusOf(JsonElement run) => run.GetProperty("status").GetString()!;

    /// <summary>The last attempt at a path.</summary>
    public static JsonElement StepOf(JsonElement run, string path) =>
        run.GetProperty("steps").EnumerateArray().Last(step => step.GetProperty("path").GetString() == path);
}
