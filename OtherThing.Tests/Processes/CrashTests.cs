using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

[Collection(Lanes.Processes)]
public class CrashTests
{
    private static readonly int s_kills = Effort.Of(4, 20);

    private const string Flow = """
        {"steps":[
          {"id":"start","type":"trigger.manual"},
          {"id":"a","type":"data.set","config":{"value":"{{ input.n }}"}},
          {"id":"get","type":"http.request","config":{"url":"SERVER/.well-known/otherthing"},"retry":{"max":20,"backoffSeconds":0.1}},
          {"id":"wait","type":"logic.wait","config":{"seconds":0.2}},
          {"id":"each","type":"logic.map","config":{"items":[1,2,3]}},
          {"id":"pause","type":"logic.wait","parent":"each","config":{"seconds":0.1}},
          {"id":"item","type":"data.set","parent":"each","config":{"value":"{{ item }}"}},
          {"id":"out","type":"output","config":{"value":{"n":"{{ steps.a }}","each":"{{ steps.each }}"}}}],
        "connections":[{"from":"start","to":"a"},{"from":"a","to":"get"},{"from":"get","to":"wait"},{"from":"wait","to":"each"},{"from":"pause","to":"item"},{"from":"each","to":"out"}]}
        """;

    [Fact]
    public async Task F01_KilledAgainAndAgainInTheMiddleOfRuns_EveryRunEndsAndEveryStepIsRecordedOnce()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        var random = new Random(seed);
        await using var server = new ServerProcess(BuildOutput.Server);
        await server.StartAsync(cancellation);
        await server.SignInAsync(cancellation);
        var workspace = await server.CreateWorkspaceAsync("Crash", cancellation);
        var flow =
            await server.CreateFlowAsync(workspace, Flow.Replace("SERVER", server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal), cancellation);

        var nightly = await server.CreateFlowAsync(workspace, Nightly(0), cancellation);

        var acknowledged = new Dictionary<string, int>();
        for (var kill = 0; kill < s_kills; kill++)
        {
            for (var i = 0; i < 3; i++)
            {
                var number = acknowledged.Count;
                var run = await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs", $$$"""{"input":{"n":{{{number}}}}}""", cancellation);
                acknowledged[run.GetProperty("id").GetString()!] = number;
            }

            var publishing = PublishUntilItDiesAsync(server, $"/workspaces/{workspace}/flows/{nightly}", kill, cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 600)), cancellation);
            await server.KillAsync();
            await publishing;
            await server.StartAsync(cancellation);
            await OneVersionAsync(server, $"/workspaces/{workspace}/flows", nightly, cancellation);
        }

        foreach (var (id, number) in acknowledged)
        {
            JsonElement run = default;
            await Until.HoldsAsync(
                async () =>
                    (run = await server.GetAsync($"/workspaces/{workspace}/runs/{id}", cancellation))
                        .GetProperty("finishedAt").ValueKind == JsonValueKind.String,
                $"run {id} ends", cancellation);
            Assert.Equal("succeeded", run.GetProperty("status").GetString());
            Assert.Equal($$"""{"n":{{number}},"each":[1,2,3]}""", run.GetProperty("output").GetRawText());
            var steps = run.GetProperty("steps").EnumerateArray()
                .Select(step => (step.GetProperty("path").GetString(), step.GetProperty("attempt").GetInt32(), step.GetProperty("status").GetString()))
                .ToArray();
            Assert.Equal(steps.Length, steps.Select(step => (step.Item1, step.Item2)).Distinct().Count());
            Assert.Equal(12, steps.Count(step => step.Item3 == "succeeded"));
        }
    }

    private static string Nightly(int number) => $$$"""
        {"steps":[{"id":"night{{{number}}}","type":"trigger.schedule","config":{"cron":"{{{number % 60}}} 2 * * *"}},{"id":"hook{{{number}}}","type":"trigger.webhook","config":{}}],"connections":[]}
        """;

    /// <summary>Changes a flow and publishes it, again and again, until the server is gone.</summary>
    private static async Task PublishUntilItDiesAsync(ServerProcess server, string flow, int round, CancellationToken cancellation)
    {
        try
        {
            for (var number = 1; ; number++)
            {
                using var changed =
                    await server.Client.PatchAsJsonAsync($"/api/v1{flow}", new { flow = JsonElement.Parse(Nightly((round * 10_000) + number)) }, cancellation);
                changed.EnsureSuccessStatusCode();
                using var published = await server.Client.PostAsync($"/api/v1{flow}/publish", null, cancellation);
                published.EnsureSuccessStatusCode();
            }
        }
        catch (HttpRequestException gone) when (gone.StatusCode is null)
        {
            // In the middle of one of the two.
        }
    }

    /// <summary>The flow, the version that it says is published and the triggers that stand are of one publication.</summary>
    private static async Task OneVersionAsync(ServerProcess server, string flows, string id, CancellationToken cancellation)
    {
        // A list says the triggers that stand; a flow alone also those of its draft.
        var now = (await server.GetAsync(flows, cancellation)).GetProperty("items").EnumerateArray().Single(flow => flow.GetProperty("id").GetString() == id);
        if (now.GetProperty("publishedVersion").ValueKind == JsonValueKind.Null)
        {
            Assert.Empty(now.GetProperty("triggers").EnumerateArray());
            return;
        }

        var version = await server.GetAsync($"{flows}/{id}/versions/{now.GetProperty("publishedVersion").GetInt32()}", cancellation);
        Assert.Equal(JsonValueKind.String, version.GetProperty("publishedAt").ValueKind);
        Assert.Equal(
            version.GetProperty("flow").GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("id").GetString()).Order(),
            now.GetProperty("triggers").EnumerateArray().Select(trigger => trigger.GetProperty("stepId").GetString()).Order());
    }
}
