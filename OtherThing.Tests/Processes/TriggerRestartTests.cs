using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

/// <summary>What waits for the world survives the server.</summary>
[Collection(Lanes.Processes)]
public class TriggerRestartTests
{
    private const string Asking = """
        {"steps":[{"id":"start","type":"trigger.manual"},{"id":"ask","type":"human.approval","config":{"title":"Go on?"}},{"id":"yes","type":"output","config":{"value":"went on"}}],
         "connections":[{"from":"start","to":"ask"},{"from":"ask","port":"approved","to":"yes"}]}
        """;

    private const string Hook = """
        {"steps":[{"id":"hook","type":"trigger.webhook","config":{"respond":"output"}},{"id":"out","type":"output","config":{"value":"{{ input.body }}"}}],"connections":[{"from":"hook","to":"out"}]}
        """;

    [Fact]
    public async Task F01_KilledWhileApprovalsWait_TheyAreDecidedAfterwardsWithTheirOneCard()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = new ServerProcess(BuildOutput.Server);
        await server.StartAsync(cancellation);
        await server.SignInAsync(cancellation);
        var workspace = await server.CreateWorkspaceAsync("Ask", cancellation);
        var flow = await server.CreateFlowAsync(workspace, Asking, cancellation);
        List<string> runs = [];
        for (var i = 0; i < 5; i++)
        {
            // The last ones are killed before or while their cards are made.
            runs.Add((await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs", "{}", cancellation)).GetProperty("id").GetString()!);
        }

        await server.KillAsync();
        await server.StartAsync(cancellation);
        JsonElement asked = default;
        await Until.HoldsAsync(
            async () =>
                (asked = (await server.GetAsync($"/workspaces/{workspace}/approvals?open=true", cancellation)).GetProperty("items"))
                    .GetArrayLength() == runs.Count,
            "every run asks", cancellation);
        foreach (var approval in asked.EnumerateArray())
        {
            await server.PostAsync($"/workspaces/{workspace}/approvals/{approval.GetProperty("id").GetString()}", """{"decision":"approve"}""", cancellation);
        }

        foreach (var run in runs)
        {
            await Until.HoldsAsync(
                async () => (await server.GetAsync($"/workspaces/{workspace}/runs/{run}", cancellation)).GetProperty("status").GetString() == "succeeded",
                $"run {run} goes on", cancellation);
        }

        var cards = (await server.GetAsync($"/workspaces/{workspace}/tasks", cancellation)).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(runs.Count, cards.Length);
        Assert.All(cards, card => Assert.Equal("done", card.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task F07_DeliveredAgainAfterAKill_IsTheSameRunAndAnswer()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = new ServerProcess(BuildOutput.Server);
        await server.StartAsync(cancellation);
        await server.SignInAsync(cancellation);
        var workspace = await server.CreateWorkspaceAsync("Hook", cancellation);
        var hook = await server.PublishHookAsync(workspace, Hook, cancellation);
        var first = await server.DeliverAsync(hook, """{"n":1}""", cancellation, "delivery-1");

        await server.KillAsync();
        await server.StartAsync(cancellation);
        var again = await server.DeliverAsync(hook, """{"n":2}""", cancellation, "delivery-1");

        Assert.Equal("""{"n":1}""", first);
        Assert.Equal(first, again);
        Assert.Equal(1, (await server.GetAsync($"/workspaces/{workspace}/runs", cancellation)).GetProperty("items").GetArrayLength());
    }
}
