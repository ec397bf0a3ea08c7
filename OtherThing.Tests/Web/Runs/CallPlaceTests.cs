using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Queue;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Runs;

/// <summary>Called runs share two places per depth here.</summary>
public sealed class CallPlaceTests(SmallBudgets server) : IClassFixture<SmallBudgets>
{
    private const string Approval = """{"id":"wait","type":"human.approval","config":{"title":"Go on?"}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Approval, "waiting")]
    [InlineData("""{"id":"wait","type":"logic.wait","config":{"seconds":3600}}""", "waiting")]
    [InlineData("""{"id":"wait","type":"node.command","config":{"command":["true"]}}""", "running")]
    public async Task F17_CalledRunsThatOnlyWait_LeaveTheirPlacesToOthers(string step, string status)
    {
        var client = await NewAsync(server);
        var waits = await client.CreateFlowAsync(step, "start->wait");
        await CallAsync(client, waits, 2);
        await UntilAsync(client, waits, status, 2);
        var leaf = await client.CreateFlowAsync("""{"id":"leaf","type":"data.set","config":{"value":1}}""", "start->leaf");

        var others = await CallAsync(client, leaf, 3);

        Assert.Equal("succeeded", StatusOf(await client.UntilAsync(others, run => StatusOf(run) != "running")));
    }

    [Fact]
    public async Task F17_CalledRunsWhoseOwnCallsOnlyWait_LeaveTheirPlacesToo()
    {
        var client = await NewAsync(server);
        var waits = await client.CreateFlowAsync(Approval, "start->wait");
        var middle = await client.CreateFlowAsync(FlowCallTests.Call(waits), "start->call");
        var run = await CallAsync(client, middle, 2);
        await UntilAsync(client, waits, "waiting", 2);
        var leaf = await client.CreateFlowAsync("""{"id":"leaf","type":"data.set","config":{"value":1}}""", "start->leaf");
        var above = await client.CreateFlowAsync(FlowCallTests.Call(leaf), "start->call");

        var others = await CallAsync(client, above, 3);

        Assert.Equal("succeeded", StatusOf(await client.UntilAsync(others, found => StatusOf(found) != "running")));
        await ApproveAllAsync(client, 2);
        Assert.Equal("succeeded", StatusOf(await client.UntilAsync(run, found => StatusOf(found) != "running")));
    }

    [Fact]
    public async Task F17_CalledRunThatIsAnswered_TakesAPlaceBeforeItGoesOn()
    {
        var client = await NewAsync(server);
        var (caller, child, places) = await WaitWhileOthersHaveThePlacesAsync(client);

        await ApproveAllAsync(client, 1);
        var held = await client.GetRunAsync(child);
        places.Leave();

        Assert.Equal("waiting", StatusOf(held));
        Assert.Equal("succeeded", StatusOf(await client.UntilAsync(caller, found => StatusOf(found) != "running")));
        places.Leave();
    }

    [Fact]
    public async Task F17_CalledRunThatWaitsForAPlaceToGoOn_IsCancelledAtOnce()
    {
        var client = await NewAsync(server);
        var (caller, child, places) = await WaitWhileOthersHaveThePlacesAsync(client);
        await ApproveAllAsync(client, 1);

        await client.PostAsync($"/runs/{caller}/cancel");

        await client.UntilAsync(child, found => StatusOf(found) == "cancelled");
        places.Leave();
        Assert.True(places.EnterAsync(Guid.Empty, Cancel).IsCompletedSuccessfully); // nobody in the queue takes what he does not use
        places.Leave();
        places.Leave();
    }

    /// <summary>A called run that waits for a person while all places of its depth are taken.</summary>
    private async Task<(string Caller, string Child, FairGate Places)> WaitWhileOthersHaveThePlacesAsync(RunClient client)
    {
        var waits = await client.CreateFlowAsync(Approval, "start->wait");
        var caller = await CallAsync(client, waits, 1);
        var child = await UntilAsync(client, waits, "waiting", 1);
        var places = server.Services.GetRequiredService<RunTurns>().Calls(Guid.Parse(client.Root.Split('/')[^1]), 1);
        await Task.WhenAll(places.EnterAsync(Guid.Empty, Cancel), places.EnterAsync(Guid.Empty, Cancel));
        return (caller, child, places);
    }

    private static async Task<string> CallAsync(RunClient client, string flow, int times)
    {
        var caller = await client.CreateFlowAsync(
            $$$"""
            {"id":"each","type":"logic.map","config":{"items":[{{{string.Join(',', Enumerable.Range(0, times))}}}],"concurrency":10}},
            {"id":"call","type":"flow.call","parent":"each","config":{"flowId":"{{{flow}}}"}}
            """,
            "start->each");
        return await client.StartAsync(caller);
    }

    /// <summary>Approves what is asked, once so many questions are put: a run waits a moment before its question is.</summary>
    private static async Task ApproveAllAsync(RunClient client, int count)
    {
        JsonElement asked = default;
        await Lab.Processes.Until.HoldsAsync(
            async () => (asked = (await client.GetAsync("/approvals")).GetProperty("items")).GetArrayLength() == count, $"{count} questions are put", Cancel);
        foreach (var approval in asked.EnumerateArray())
        {
            await client.PostAsync($"/approvals/{approval.GetProperty("id").GetString()}", """{"decision":"approve"}""");
        }
    }

    /// <summary>The last of the runs, once there are so many.</summary>
    private static async Task<string> UntilAsync(RunClient client, string flow, string status, int count)
    {
        var id = "";
        await Lab.Processes.Until.HoldsAsync(
            async () =>
            {
                var runs = (await client.GetAsync($"/runs?flowId={flow}&status={status}")).GetProperty("items");
                id = runs.GetArrayLength() > 0 ? runs[0].GetProperty("id").GetString()! : "";
                return runs.GetArrayLength() == count;
            },
            $"{count} runs of {flow} are {status}",
            Cancel);
        return id;
    }
}
