using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;
using OtherThing.Core.Live;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>Lists of flows hear of what they show, and of nothing else.</summary>
public sealed class FlowLiveTests(SharedServer server)
{
    [Fact]
    public async Task Save_DraftAndNames_TellListsOnlyWhatTheyShow()
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"set","type":"data.set","config":{"value":1}}""", "start->set");
        await client.PostAsync($"/flows/{flow}/publish");
        var feed = server.Services.GetRequiredService<ILiveFeed>();
        using var list = feed.Subscribe(Topic.Workspace(Guid.Parse(client.Root.Split('/')[^1])));
        using var open = feed.Subscribe(Topic.Flow(Guid.Parse(flow)));

        var differs = await HeardAsync(Draft(2));
        var again = await HeardAsync(Draft(3));
        var renamed = await HeardAsync("""{"name":"Another"}""");
        var sameName = await HeardAsync("""{"name":"Another"}""");
        var described = await HeardAsync("""{"description":"What it does"}""");

        // The list shows that the draft is not what is published any more; what else changes in it, only who has the flow open.
        Assert.Equal((1, 0, 1, 0, 1), (differs, again, renamed, sameName, described));
        Assert.Equal(5, Count<FlowSaved>(open));

        async Task<int> HeardAsync(string body)
        {
            Assert.Equal(200, (await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", body)).Status);
            return Count<FlowsChanged>(list);
        }
    }

    private static string Draft(int value) =>
        $$$"""{"flow":{"steps":[{"id":"start","type":"trigger.manual"},{"id":"set","type":"data.set","config":{"value":{{{value}}}}}],"connections":[{"from":"start","port":"out","to":"set"}]}}""";

    private static int Count<T>(LiveSubscription heard)
        where T : LiveEvent
    {
        var count = 0;
        while (heard.Events.TryRead(out var happened))
        {
            count += happened is T ? 1 : 0;
        }

        return count;
    }
}
