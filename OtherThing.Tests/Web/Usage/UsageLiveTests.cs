using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Live;
using OtherThing.Core.Usage;
using OtherThing.Tests.Web.Keys;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Usage;

/// <summary>Pages that show what was used hear of it when a run's use is written down.</summary>
public sealed class UsageLiveTests(ProviderServer providers) : IClassFixture<ProviderServer>
{
    [Fact]
    public async Task Run_UsedSomething_SaysSoToItsWorkspaceOnceItIsWritten()
    {
        using var place = await providers.OpenAsync();
        var client = new RunClient(place.Client, $"/api/v1/workspaces/{place.WorkspaceId}");
        var (free, paid) = (await client.CreateFlowAsync("""{"id":"set","type":"data.set","config":{"value":1}}""", "start->set"),
            await client.CreateFlowAsync("""{"id":"ask","type":"ai.chat","config":{"provider":"openai","model":"gpt-4o-mini","prompt":"Hi"}}""", "start->ask"));
        using var heard = providers.Server.Services.GetRequiredService<ILiveFeed>().Subscribe(Topic.Workspace(place.WorkspaceId));

        await client.RunAsync(free);
        var ofFree = Count(heard);
        var run = await client.RunAsync(paid);
        var ofPaid = Count(heard);

        Assert.Equal("succeeded", RunClient.StatusOf(run));
        Assert.Equal((0, 1), (ofFree, ofPaid));
    }

    private static int Count(LiveSubscription heard)
    {
        var count = 0;
        while (heard.Events.TryRead(out var happened))
        {
            count += happened is UsageChanged ? 1 : 0;
        }

        return count;
    }
}
