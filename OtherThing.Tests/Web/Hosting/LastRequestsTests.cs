using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Hosting;

/// <summary>A server stops although somebody streams or waits.</summary>
public sealed class LastRequestsTests
{
    private const string Wait = """{"id":"wait","type":"logic.wait","config":{"seconds":600}}""";

    [Fact]
    public async Task Stop_SomebodyStreamsARun_EndsTheStreamAndAllElseStopsInPeace()
    {
        await using var server = new TestServer();
        var client = await RunClient.NewAsync(server);
        var run = await client.StartAsync(await client.CreateFlowAsync(Wait, "start->wait"));
        using var answer =
            await client.Http.GetAsync($"{client.Root}/runs/{run}/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.NotNull(await stream.ReadLineAsync(TestContext.Current.CancellationToken));

        // Half of what the test server may take to stop, which is what it took while it waited for the stream.
        await server.DisposeAsync().AsTask().WaitAsync(Patience.Limit / 2, TestContext.Current.CancellationToken);
    }
}
