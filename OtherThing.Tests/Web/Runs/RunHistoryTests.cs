using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Core.Live;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;
using OtherThing.Web.Features.Runs;

namespace OtherThing.Tests.Web.Runs;

/// <summary>A run's past over REST: streams that are cut, two runs side by side, and the page's own way to follow.</summary>
public sealed class RunHistoryTests(SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_CutAfterEachOne_GiveEveryCommitOnceAndInOrder()
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync(
            string.Join(',', Enumerable.Range(1, 6).Select(i => $$$"""{"id":"w{{{i}}}","type":"logic.wait","config":{"seconds":0.05}}""")),
            "start->w1", "w1->w2", "w2->w3", "w3->w4", "w4->w5", "w5->w6");
        var run = await client.StartAsync(flow);
        var seen = new List<(int Id, JsonElement Data)>();

        while (seen.Count == 0 || seen[^1].Data.GetProperty("status").GetString() != "succeeded")
        {
            var (id, data) = await NextAsync(client, run, seen.Count == 0 ? null : seen[^1].Id);
            seen.Add((id, data));
        }

        Assert.Equal(Enumerable.Range(1, seen[^1].Id), seen.Select(commit => commit.Id).Distinct());
        var steps =
            seen.SelectMany(commit => commit.Data.GetProperty("steps").EnumerateArray()).Where(step => step.GetProperty("status").GetString() == "succeeded");
        Assert.Equal(["start", "w1", "w2", "w3", "w4", "w5", "w6"], steps.Select(step => step.GetProperty("path").GetString()));
        Assert.Equal(seen.Sum(commit => commit.Data.GetProperty("steps").GetArrayLength()), (await JournalAsync(run)).Count);
    }

    [Fact]
    public async Task Events_AskedForAfterTheLast_SayHowItEnded()
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"rest","type":"logic.wait","config":{"seconds":3600}}""", "start->rest");
        var run = await client.StartAsync(flow);
        await client.PostAsync($"/runs/{run}/cancel");

        var (_, data) = await NextAsync(client, run, 1_000);

        Assert.Equal("cancelled", data.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Compare_RunsWithDifferentInput_NamesTheFirstStepThatDiffers()
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync(
            """{"id":"same","type":"data.set","config":{"value":1}},{"id":"twice","type":"data.set","config":{"value":{"n":"{{ input.n | times: 2 }}"}}},{"id":"big","type":"logic.if","config":{"condition":"steps.twice.n > 10"}}""",
            "start->same", "same->twice", "twice->big");
        var (first, second) = (await client.RunAsync(flow, """{"input":{"n":3}}"""), await client.RunAsync(flow, """{"input":{"n":30}}"""));

        var both = await client.GetAsync($"/runs/{first.GetProperty("id")}/compare/{second.GetProperty("id")}");

        Assert.Equal("start", both.GetProperty("firstDifference").GetString());
        Assert.Equal((3, 1), (both.GetProperty("differingSteps").GetInt32(), both.GetProperty("sameSteps").GetInt32()));
        var twice = both.GetProperty("steps").EnumerateArray().Single(step => step.GetProperty("path").GetString() == "twice");
        var output = twice.GetProperty("differences").EnumerateArray().Single(place => place.GetProperty("path").GetString() == "output.n");
        Assert.Equal(("6", "60"), (output.GetProperty("before").GetRawText(), output.GetProperty("after").GetRawText()));
        var (status, _) = await client.SendAsync(HttpMethod.Get, $"/runs/{first.GetProperty("id")}/compare/{Guid.NewGuid()}");
        Assert.Equal(404, status);
    }

    [Fact]
    public async Task Compare_WithARunOfAnotherWorkspace_IsNotFound()
    {
        var (client, stranger) = (await RunClient.NewAsync(server), await RunClient.NewAsync(server));
        var ours = await client.RunAsync(await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}"""));
        var theirs = await stranger.RunAsync(await stranger.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}"""));

        var (status, problem) = await client.SendAsync(HttpMethod.Get, $"/runs/{ours.GetProperty("id")}/compare/{theirs.GetProperty("id")}");

        Assert.Equal((404, "run.not_found"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Watch_EventsLostOnTheWay_ReadsTheJournalAgain()
    {
        var client = await RunClient.NewAsync(server);
        var me = (await client.Http.GetAsync("/api/v1/me", Cancel)).Content;
        var actor = server.ActorOf(JsonElement.Parse(await me.ReadAsStringAsync(Cancel)).GetProperty("id").GetGuid());
        var workspaceId = Guid.Parse(client.Root.Split('/')[^1]);
        var runId = Guid.Parse(await client.StartAsync(
            await client.CreateFlowAsync(
                """{"id":"rest","type":"logic.wait","config":{"seconds":3600}},{"id":"more","type":"logic.wait","config":{"seconds":3600}}""", "start->rest",
                "start->more")));
        var feed = new LiveFeed(); // hears nothing of the server's
        await using var watch =
            new RunWatch(server.Services.GetRequiredService<RunService>(), feed, TimeProvider.System, NullLogger<RunWatch>.Instance, actor, workspaceId, runId);
        Assert.Null(await watch.StartAsync(() => Task.CompletedTask));
        await client.PostAsync($"/runs/{runId}/cancel");

        feed.Publish(Topic.Run(runId), new RunCommitted(99, RunStatus.Running, []));

        await Until.HoldsAsync(() => Task.FromResult(watch.Run!.Status == RunStatus.Cancelled), "the watch has read the journal", Cancel);
        Assert.Equal(2, watch.Steps.Count(step => step.Status == StepRunStatus.Cancelled));
    }

    [Fact]
    public async Task Watch_OneReadFails_SaysThatItIsBehindAndCatchesUp()
    {
        var client = await RunClient.NewAsync(server);
        var me = (await client.Http.GetAsync("/api/v1/me", Cancel)).Content;
        var actor = server.ActorOf(JsonElement.Parse(await me.ReadAsStringAsync(Cancel)).GetProperty("id").GetGuid());
        var workspaceId = Guid.Parse(client.Root.Split('/')[^1]);
        var runId =
            Guid.Parse(await client.StartAsync(await client.CreateFlowAsync("""{"id":"rest","type":"logic.wait","config":{"seconds":3600}}""", "start->rest")));
        var away = false;
        var store = Faulty.Over(server.Services.GetRequiredService<IRunStore>(), name => Volatile.Read(ref away) && name == nameof(IRunStore.FindBriefAsync));
        var feed = new LiveFeed(); // hears nothing of the server's
        await using var watch = new RunWatch(
            ActivatorUtilities.CreateInstance<RunService>(server.Services, store), feed, TimeProvider.System, NullLogger<RunWatch>.Instance, actor,
            workspaceId, runId);
        var told = new SemaphoreSlim(0);
        Assert.Null(await watch.StartAsync(() => Task.FromResult(told.Release())));
        await client.PostAsync($"/runs/{runId}/cancel");

        Volatile.Write(ref away, true);
        feed.Publish(Topic.Run(runId), new RunCommitted(99, RunStatus.Running, []));
        await told.WaitAsync(Cancel);
        var (behind, seen) = (watch.BehindSince, watch.Run!.Status);
        Volatile.Write(ref away, false);

        Assert.NotNull(behind);
        Assert.False(seen.IsFinal());
        await Until.HoldsAsync(() => Task.FromResult(watch.Run!.Status == RunStatus.Cancelled && watch.BehindSince is null), "the watch has caught up", Cancel);
    }

    [Fact]
    public async Task Events_PauseAndResume_AreSaidAtOnceAndToWhoComesBack()
    {
        var client = await RunClient.NewAsync(server);
        var run = await client.StartAsync(await client.CreateFlowAsync("""{"id":"rest","type":"logic.wait","config":{"seconds":3600}}""", "start->rest"));
        var (first, _) = await NextAsync(client, run, null);
        using var answer = await client.Http.GetAsync($"{client.Root}/runs/{run}/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);
        await using var events = SseParser.Create(stream).EnumerateAsync(Cancel).GetAsyncEnumerator(Cancel);

        await client.PostAsync($"/runs/{run}/pause");
        while (await events.MoveNextAsync() && !JsonElement.Parse(events.Current.Data).GetProperty("paused").GetBoolean())
        {
        }

        var back = (await NextAsync(client, run, first)).Data;
        await client.PostAsync($"/runs/{run}/resume");
        await events.MoveNextAsync();

        Assert.True(back.GetProperty("paused").GetBoolean());
        Assert.Equal("waiting", back.GetProperty("status").GetString());
        Assert.False(JsonElement.Parse(events.Current.Data).GetProperty("paused").GetBoolean());
        await client.PostAsync($"/runs/{run}/cancel");
        var last = "";
        while (await events.MoveNextAsync())
        {
            last = JsonElement.Parse(events.Current.Data).GetProperty("status").GetString()!;
        }

        Assert.Equal("cancelled", last);
    }

    [Fact]
    public async Task Events_AfterASequenceThatNeverWas_SayTheEndAndEnd()
    {
        var client = await RunClient.NewAsync(server);
        var run = await client.RunAsync(await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}""", "start->a"));

        var (_, said) = await NextAsync(client, run.GetProperty("id").GetString()!, 1_000);

        Assert.Equal("succeeded", said.GetProperty("status").GetString());
    }

    /// <summary>Opens the stream, takes one event and cuts the connection.</summary>
    private static async Task<(int Id, JsonElement Data)> NextAsync(RunClient client, string run, int? after)
    {
        using var answer = await OpenAsync(client, run, after);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);
        var said = "";
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Cancel))
        {
            said += $" {item.EventType} {item.Data}";
            if (item.EventType == "committed")
            {
                return (int.Parse(item.EventId!, System.Globalization.CultureInfo.InvariantCulture), JsonElement.Parse(item.Data));
            }
        }

        throw new InvalidOperationException($"The stream after {after} ended without a commit: {answer.StatusCode}{said}");
    }

    /// <summary>A place of a stream that was cut is free once the server has noticed; who cuts many in a moment may have to ask again.</summary>
    private static async Task<HttpResponseMessage> OpenAsync(RunClient client, string run, int? after)
    {
        HttpResponseMessage? answer = null;
        await Lab.Processes.Until.HoldsAsync(
            async () =>
            {
                answer?.Dispose();
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{client.Root}/runs/{run}/events");
                if (after is { } id)
                {
                    request.Headers.Add("Last-Event-ID", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
                }

                answer = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
                return answer.StatusCode != System.Net.HttpStatusCode.TooManyRequests;
            },
            "a stream is let in",
            Cancel);
        return answer!;
    }

    private async Task<IReadOnlyList<StepRun>> JournalAsync(string run) =>
        [.. (await server.Services.GetRequiredService<IRunStore>().ReadJournalAsync(Guid.Parse(run), 0, Cancel)).SelectMany(RunHistory.Read)];
}
