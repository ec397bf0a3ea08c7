using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

[Collection(Lanes.Processes)]
public class ChildRunCrashTests
{
    private const string Called = """
        {"steps":[{"id":"start","type":"trigger.manual"},{"id":"wait","type":"logic.wait","config":{"seconds":1.5}},{"id":"out","type":"output","config":{"value":"done"}}],
         "connections":[{"from":"start","to":"wait"},{"from":"wait","to":"out"}]}
        """;

    [Fact]
    public async Task Killed_WhileACalledFlowRuns_FindsTheSameChildAndGoesOn()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = new ServerProcess(BuildOutput.Server);
        await server.StartAsync(cancellation);
        await server.SignInAsync(cancellation);
        var workspace = await server.CreateWorkspaceAsync("Crash", cancellation);
        var called = await server.CreateFlowAsync(workspace, Called, cancellation);
        var caller = await server.CreateFlowAsync(
            workspace,
            $$$"""{"steps":[{"id":"start","type":"trigger.manual"},{"id":"call","type":"flow.call","config":{"flowId":"{{{called}}}"}}],"connections":[{"from":"start","to":"call"}]}""",
            cancellation);
        var started = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            started.Add((await server.PostAsync($"/workspaces/{workspace}/flows/{caller}/runs", "{}", cancellation)).GetProperty("id").GetString()!);
        }

        await server.KillAsync(); // some children have begun, some may not have
        await server.StartAsync(cancellation);

        foreach (var id in started)
        {
            JsonElement run = default;
            await Until.HoldsAsync(
                async () =>
                    (run = await server.GetAsync($"/workspaces/{workspace}/runs/{id}", cancellation))
                        .GetProperty("finishedAt").ValueKind == JsonValueKind.String,
                $"run {id} ends", cancellation);
            Assert.Equal("done", run.GetProperty("output").GetString());
        }

        var children = (await server.GetAsync($"/workspaces/{workspace}/runs?flowId={called}", cancellation)).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(started.Order(), children.Select(child => child.GetProperty("parentRunId").GetString()!).Order());
    }
}
