using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Core.Live;
using OtherThing.Core.Runs;
using OtherThing.Tests.Support;
using OtherThing.Web.Features.Runs;

namespace OtherThing.Tests.Web.Runs;

/// <summary>What steps say while at work, for who listens from the beginning and for who comes later.</summary>
public sealed class RunTalkTests(SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_OpenedLate_HasWhatWasSaidAndThenWhatIsSaidOnce()
    {
        var (watch, talk, feed, runId) = await OpenAsync();
        await using var _ = watch;
        using var speech = talk.Open(runId, "rest");
        speech.Say("text", "Once upon ");

        Assert.Null(await watch.StartAsync(() => Task.CompletedTask));
        Assert.Equal("Once upon ", watch.TextOf("rest"));
        // Said between the subscription and the read: it comes twice and counts once.
        feed.Publish(Topic.Run(runId), new StepReport("rest", "text", "Once upon ") { Talk = speech.Number, At = 0 });
        feed.Publish(Topic.Run(runId), new StepReport("rest", "text", "upon a time") { Talk = speech.Number, At = 5 });

        await Patience.UntilAsync(() => Task.FromResult(watch.TextOf("rest") == "Once upon a time"), () => $"the rest was heard once: {watch.TextOf("rest")}");
    }

    [Fact]
    public async Task Watch_NextAttempt_BeginsAnew()
    {
        var (watch, talk, feed, runId) = await OpenAsync();
        await using var _ = watch;
        using (var first = talk.Open(runId, "rest"))
        {
            first.Say("stdout", "first try");
            Assert.Null(await watch.StartAsync(() => Task.CompletedTask));
        }

        using var second = talk.Open(runId, "rest");
        feed.Publish(Topic.Run(runId), new StepReport("rest", "stdout", "second try") { Talk = second.Number, At = 0 });

        await Patience.UntilAsync(() => Task.FromResult(watch.TextOf("rest") == "second try"), () => $"only the second is heard: {watch.TextOf("rest")}");
    }

    [Fact]
    public void Of_WhatIsLongOrOver_IsCutOrGone()
    {
        var (talk, runId) = (new RunTalk(new LiveFeed()), Guid.CreateVersion7());
        var speech = talk.Open(runId, "job");
        using var other = talk.Open(Guid.CreateVersion7(), "job");
        other.Say("stdout", "elsewhere");

        for (var line = 0; line < 20_000; line++)
        {
            speech.Say("stdout", $"line {line:00000}\n");
        }

        var said = Assert.Single(talk.Of(runId));
        Assert.Equal((RunTalk.Kept, 20_000L * 11), (said.Text.Length, said.End));
        Assert.EndsWith("line 19999\n", said.Text, StringComparison.Ordinal);
        speech.Dispose();
        Assert.Empty(talk.Of(runId));
    }

    private async Task<(RunWatch Watch, RunTalk Talk, LiveFeed Feed, Guid RunId)> OpenAsync()
    {
        var client = await RunClient.NewAsync(server);
        var me = JsonElement.Parse(await client.Http.GetStringAsync("/api/v1/me", Cancel));
        var runId =
            Guid.Parse(await client.StartAsync(await client.CreateFlowAsync("""{"id":"rest","type":"logic.wait","config":{"seconds":3600}}""", "start->rest")));
        var (feed, talk) = (new LiveFeed(), new RunTalk(new LiveFeed()));
        var watch = new RunWatch(
            ActivatorUtilities.CreateInstance<RunService>(server.Services, talk), feed, TimeProvider.System, NullLogger<RunWatch>.Instance,
            server.ActorOf(me.GetProperty("id").GetGuid()), Guid.Parse(client.Root.Split('/')[^1]), runId);
        return (watch, talk, feed, runId);
    }
}
