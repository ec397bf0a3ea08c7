using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Access;

/// <summary>
/// Removed means removed: each way to lose access against what is open, a chatty stream, waiting requests and a loop that commands a
/// machine. A second after the answer of the request that takes access away nothing more is said and nothing more is commanded.
/// </summary>
public sealed class AccessEndsTests(SharedServer server)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AccessLoss.Removed)]
    [InlineData(AccessLoss.Demoted)]
    [InlineData(AccessLoss.TokenRevoked)]
    [InlineData(AccessLoss.PasswordChanged)]
    [InlineData(AccessLoss.WorkspaceDeleted)]
    public async Task B03_AccessLost_StreamsWaitsAndRunsEndWithinASecond(AccessLoss loss)
    {
        await using var scene = await AccessScene.OpenAsync(server, loss);
        var run = await scene.StartLoopAsync();
        using var stream = await scene.Client.GetStreamAsync(run);
        var listening = new StreamListener(stream);
        var waiting = scene.Client.PostAsync(await scene.FlowAsync("""{"id":"pause","type":"logic.wait","config":{"seconds":600}}""") + "/runs?wait=60", "{}");
        var job = await scene.Client.PostAsync("/jobs", """{"kind":"command","command":["sleep","600"],"requirements":{"labels":["none has it"]}}""");
        var waitingJob = scene.Client.SendAsync(HttpMethod.Get, $"/jobs/{job.Body.GetProperty("id").GetString()}?wait=60");
        var paused = await scene.FlowAsync("""{"id":"pause","type":"logic.wait","config":{"seconds":600}}""");
        var typed = scene.Client.PostAsync("/console", $$"""{"line":"run {{Guid.Parse(paused["/flows/".Length..]):N}} --wait"}""");
        await Until.HoldsAsync(() => Task.FromResult(listening.Bytes > 0 && scene.Commands > 3), "the stream talks and the machine works", Cancellation);
        await Until.HoldsAsync(
            async () => (await scene.Owner.GetAsync("/runs")).GetProperty("items").GetArrayLength() == 3,
            "the line in the console waits for its run as well", Cancellation);
        Assert.False(waiting.IsCompleted || waitingJob.IsCompleted || typed.IsCompleted);

        await scene.TakeAwayAsync();
        var clock = Stopwatch.StartNew();
        // A command that was on its way may still come while the second lasts, also when all else has ended.
        await Until.HoldsAsync(() => Task.FromResult(clock.Elapsed > s_grace), "a second is over", Cancellation);
        var (bytes, commands) = (listening.Bytes, scene.Commands);
        await Until.HoldsAsync(() => Task.FromResult(clock.Elapsed > s_grace + TimeSpan.FromSeconds(1.5)), "another while is over", Cancellation);

        Assert.Equal(bytes, listening.Bytes);
        await listening.EndAsync();
        var fresh = await scene.Client.SendAsync(HttpMethod.Post, scene.AnyFlow + "/runs", "{}");
        Assert.Equal(loss == AccessLoss.Demoted ? 403 : loss is AccessLoss.Removed or AccessLoss.WorkspaceDeleted ? 404 : 401, fresh.Status);
        var waited = await waiting;
        Assert.Equal((fresh.Status, fresh.Code), (waited.Status, waited.Code));
        var freshJob = await scene.Client.SendAsync(HttpMethod.Get, $"/jobs/{job.Body.GetProperty("id").GetString()}");
        var jobAnswer = await waitingJob;
        Assert.Equal((freshJob.Status, freshJob.Code), (jobAnswer.Status, jobAnswer.Code));
        var said = await typed;
        if (loss != AccessLoss.Demoted)
        {
            // A Viewer may read how the run ended; everybody else is told what a fresh request is.
            Assert.Equal(1, said.Body.GetProperty("exitCode").GetInt32());
            Assert.Equal(fresh.Code, said.Body.GetProperty("data").GetProperty("code").GetString());
        }

        if (loss is AccessLoss.TokenRevoked or AccessLoss.PasswordChanged)
        {
            Assert.Contains("access.unauthenticated", listening.Text, StringComparison.Ordinal);
            Assert.True(scene.Commands > commands, "what a member started goes on without the credential it was started with");
            return;
        }

        Assert.Equal(commands, scene.Commands);
        if (loss == AccessLoss.WorkspaceDeleted)
        {
            return;
        }

        var ended = await scene.Owner.GetRunAsync(run);
        Assert.Equal("failed", RunClient.StatusOf(ended));
        var code = loss == AccessLoss.Removed ? "access.run_as_removed" : "access.run_as_forbidden";
        Assert.Equal(code, ended.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(scene.MemberName, ended.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var stopped = await scene.Owner.GetAsync($"/jobs/{job.Body.GetProperty("id").GetString()}");
        Assert.Equal("cancelled", stopped.GetProperty("status").GetString());
        Assert.Contains(scene.MemberName, stopped.GetRawText(), StringComparison.Ordinal);
        if (loss == AccessLoss.Removed)
        {
            Assert.Contains("event: ended", listening.Text, StringComparison.Ordinal);
            Assert.Contains("workspace.not_found", listening.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A14_RemoveWithHandover_LetsTheRunGoOnForWhoRemoves()
    {
        await using var scene = await AccessScene.OpenAsync(server, AccessLoss.Removed);
        var run = await scene.StartLoopAsync();
        await Until.HoldsAsync(() => Task.FromResult(scene.Commands > 3), "the machine works", Cancellation);

        var wrong = await scene.Owner.SendAsync(HttpMethod.Delete, $"/members/{scene.MemberId}?runs=keep");
        var removed = await scene.Owner.SendAsync(HttpMethod.Delete, $"/members/{scene.MemberId}?runs=handover");
        var commands = scene.Commands;
        await Until.HoldsAsync(() => Task.FromResult(scene.Commands > commands + 5), "the machine goes on working", Cancellation);
        var going = await scene.Owner.GetRunAsync(run);
        var self = await scene.Owner.SendAsync(HttpMethod.Delete, $"/members/{scene.OwnerId}?runs=handover");

        Assert.Equal((400, "member.runs_invalid"), (wrong.Status, wrong.Body.GetProperty("code").GetString()));
        Assert.Equal(204, removed.Status);
        Assert.Equal("running", RunClient.StatusOf(going));
        Assert.Equal((400, "member.handover_self"), (self.Status, self.Body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task B03_StreamsAndWaitsEnded_LeaveNothingBehind()
    {
        await using var own = new TestServer();
        await using var scene = await AccessScene.OpenAsync(own, AccessLoss.PasswordChanged);
        var run = await scene.StartLoopAsync();
        var (watch, caps) = (own.Services.GetRequiredService<AccessWatch>(), own.Services.GetRequiredService<PersonCaps>());
        using (var stream = await scene.Client.GetStreamAsync(run))
        {
            var listening = new StreamListener(stream);
            await Until.HoldsAsync(() => Task.FromResult(listening.Bytes > 0), "the stream talks", Cancellation);
            Assert.Equal((1, 1), (watch.HoldCount, caps.Count(OpenThing.Stream, scene.MemberId)));
            await scene.TakeAwayAsync();
            await listening.EndAsync();
        }

        await Until.HoldsAsync(
            () => Task.FromResult(watch.HoldCount == 0 && caps.Count(OpenThing.Stream, scene.MemberId) == 0), "nothing is held", Cancellation);
    }

    [Fact]
    public async Task C12_StreamsAndWaitsPastTheCap_AreRefusedByName()
    {
        await using var own = new TestServer(("PerPerson:Streams", "2"), ("PerPerson:Waits", "1"));
        await using var scene = await AccessScene.OpenAsync(own, AccessLoss.Removed);
        var run = await scene.StartLoopAsync();
        var pausing = await scene.FlowAsync("""{"id":"pause","type":"logic.wait","config":{"seconds":600}}""");
        using (await scene.Client.GetStreamAsync(run))
        using (await scene.Client.GetStreamAsync(run))
        {
            var third = await scene.Client.SendAsync(HttpMethod.Get, $"/runs/{run}/events");
            using var others = await scene.OwnerClient.GetStreamAsync(run);
            var first = scene.Client.PostAsync(pausing + "/runs?wait=60", "{}");
            await Until.HoldsAsync(
                async () => (await scene.Owner.GetAsync("/runs")).GetProperty("items").GetArrayLength() == 2, "the first one waits for its run", Cancellation);
            Assert.Equal(1, own.Services.GetRequiredService<PersonCaps>().Count(OpenThing.Wait, scene.MemberId));
            var before = (await scene.Owner.GetAsync("/runs")).GetProperty("items").GetArrayLength();
            var second = await scene.Client.PostAsync(pausing + "/runs?wait=60", "{}");
            var after = (await scene.Owner.GetAsync("/runs")).GetProperty("items").GetArrayLength();

            Assert.Equal((429, "cap.streams"), (third.Status, third.Code));
            Assert.Equal((429, "cap.waits"), (second.Status, second.Code));
            Assert.Contains("2 event streams", third.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal(before, after);
            Assert.False(first.IsCompleted);
            await scene.TakeAwayAsync();
            Assert.Equal(404, (await first).Status);
        }
    }
}
