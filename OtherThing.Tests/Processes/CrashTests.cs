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
        var flow = await server.CreateFlowAsync(workspace, Flow.Replace("SERVER", server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal), cancellation);

        var acknowledged = new Dictionary<string, int>();
        for (var kill = 0; kill < s_kills; kill++)
        {
            for (var i = 0; i < 3; i++)
            {
                var number = acknowledged.Count;
                var run = await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs", $$$"""{"input":{"n":{{{number}}}}}""", cancellation);
                acknowledged[run.GetProperty("id").GetString()!] = number;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 600)), cancellation);
            await server.KillAsync();
            await server.StartAsync(cancellation);
        }

        foreach (var (id, number) in acknowledged)
        {
            JsonElement run = default;
            await Until.HoldsAsync(
                async () => (run = await server.GetAsync($"/workspaces/{workspace}/runs/{id}", cancellation)).GetProperty("finishedAt").ValueKind == JsonValueKind.String,
                $"run {id} ends", cancellation);
            Assert.Equal("succeeded", run.GetProperty("status").GetString());
            Assert.Equal($$"""{"n":{{number}},"each":[1,2,3]}""", run.GetProperty("output").GetRawText());
            var steps = run.GetProperty("steps").EnumerateArray()
                .Select(step => (step.GetProperty("path").GetString(), step.GetProperty("attempt").GetInt32(), step.GetProperty("status").GetString())).ToArray();
            Assert.Equal(steps.Length, steps.Select(step => (step.Item1, step.Item2)).Distinct().Count());
            Assert.Equal(12, steps.Count(step => step.Item3 == "succeeded"));
        }
    }
}
