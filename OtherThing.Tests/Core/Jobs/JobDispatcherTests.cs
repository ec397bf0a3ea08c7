using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Jobs;

public sealed class JobDispatcherTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_NoNodeYet_WaitsAndStartsWhenOneConnects()
    {
        await using var bench = await DispatchBench.StartAsync();

        var job = await bench.SubmitAsync(bench.NewJob());
        var waiting = (await bench.ReadAsync(job.Row.Id)).Status;
        var node = await bench.AddNodeAsync();
        var assigned = await node.AssignedAsync();

        Assert.Equal(JobStatus.Queued, waiting);
        Assert.Equal(job.Row.Id, assigned.Id);
        Assert.Equal(1, assigned.Fence);
    }

    [Fact]
    public async Task Accepted_IsCommittedBeforeItIsAcknowledged()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();

        var ack = await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);
        var row = await bench.ReadAsync(assigned.Id);

        Assert.False(ack.NotYours);
        Assert.Equal((JobStatus.Running, AttemptStatus.Running), (row.Status, row.AttemptStatus));
    }

    [Fact]
    public async Task Finished_Twice_IsAcknowledgedTwiceAndAppliedOnce()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);

        var first = await node.AckAsync(assigned, AttemptEventKind.Finished, 2);
        var row = await bench.ReadAsync(assigned.Id);
        var second = await node.AckAsync(assigned, AttemptEventKind.Finished, 2, end => end with { ExitCode = 7 });
        var after = await bench.ReadAsync(assigned.Id);

        Assert.Equal(JobStatus.Succeeded, (await DispatchBench.EndOf(job)).Status);
        Assert.False(first.NotYours);
        Assert.False(second.NotYours);
        Assert.Equal((row.Revision, row.ExitCode, row.Status), (after.Revision, after.ExitCode, after.Status));
    }

    [Fact]
    public async Task Event_OfAnotherNodeOrFence_ChangesNothing()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        var stranger = await bench.AddNodeAsync();

        var foreign = await stranger.AckAsync(assigned, AttemptEventKind.Finished, 1);
        var stale = await node.AckAsync(assigned, AttemptEventKind.Accepted, 1, old => old with { Attempt = old.Attempt with { Fence = 0 } });
        var row = await bench.ReadAsync(assigned.Id);

        Assert.True(foreign.NotYours);
        Assert.True(stale.NotYours);
        Assert.Equal(AttemptStatus.Assigned, row.AttemptStatus);
    }

    [Fact]
    public async Task Assigned_NoAnswer_GoesToAnotherNodeAndALateYesIsRefused()
    {
        await using var bench = await DispatchBench.StartAsync();
        var silent = await bench.AddNodeAsync();
        await bench.SubmitAsync(bench.NewJob());
        var first = await silent.AssignedAsync();
        var other = await bench.AddNodeAsync();

        bench.Clock.Advance(TimeSpan.FromSeconds(16));
        var second = await other.AssignedAsync();
        var late = await silent.AckAsync(first, AttemptEventKind.Accepted, 1);

        Assert.Equal(first.Id, second.Id);
        Assert.Equal(2, second.Fence);
        Assert.NotEqual(first.AttemptId, second.AttemptId);
        Assert.True(late.NotYours);
    }

    [Theory]
    [InlineData(JobEffects.Once, JobStatus.Unknown)]
    [InlineData(JobEffects.Safe, JobStatus.Queued)]
    public async Task Running_NodeNeverReturns_EndsByItsEffects(JobEffects effects, JobStatus expected)
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob(effects));
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);
        node.Disconnect();

        bench.Clock.Advance(TimeSpan.FromSeconds(91));
        await UntilAsync(bench, assigned.Id, row => row.AttemptStatus == AttemptStatus.Disconnected);
        bench.Clock.Advance(TimeSpan.FromSeconds(601));
        var row = await UntilAsync(bench, assigned.Id, row => row.Status == expected);

        Assert.Equal(AttemptStatus.Lost, expected == JobStatus.Queued ? row.EarlierAttempts[0].Status : row.AttemptStatus);
        if (expected == JobStatus.Unknown)
        {
            await job.Ended.Task.WithPatience(); // told after the row is written
        }
        else
        {
            Assert.False(job.Ended.Task.IsCompleted);
        }
    }

    [Fact]
    public async Task Disconnected_NodeReturnsRunning_KeepsTheAttempt()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);
        node.Disconnect();
        bench.Clock.Advance(TimeSpan.FromSeconds(91));
        await UntilAsync(bench, assigned.Id, row => row.AttemptStatus == AttemptStatus.Disconnected);

        var welcome = await node.ConnectAsync(new HeldAttempt(BenchNode.Ref(assigned), HeldState.Running, null));
        await node.AckAsync(assigned, AttemptEventKind.Finished, 2);
        var result = await DispatchBench.EndOf(job);

        Assert.Equal(ReconcileVerdict.Keep, Assert.Single(welcome.Verdicts).Verdict);
        Assert.Equal(JobStatus.Succeeded, result.Status);
        Assert.Empty((await bench.ReadAsync(assigned.Id)).EarlierAttempts);
    }

    [Fact]
    public async Task Restart_RunningAttempt_IsNotLostBeforeTwiceTheLeaseAndGoesOn()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);

        await bench.RestartAsync();
        var again = await bench.SubmitAsync(bench.NewJob()); // the loop is past its recovery
        bench.Clock.Advance(TimeSpan.FromSeconds(170));
        var live = bench.Dispatcher.Find(assigned.Id);
        var before = await bench.ReadAsync(assigned.Id);
        var welcome = await node.ConnectAsync(new HeldAttempt(BenchNode.Ref(assigned), HeldState.Finished, null));
        await node.AckAsync(assigned, AttemptEventKind.Finished, 2);

        Assert.NotNull(again);
        Assert.Equal(AttemptStatus.Running, before.AttemptStatus);
        Assert.Equal(ReconcileVerdict.SendResult, Assert.Single(welcome.Verdicts).Verdict);
        Assert.Equal(JobStatus.Succeeded, (await DispatchBench.EndOf(live!)).Status);
    }

    [Fact]
    public async Task Restart_AssignmentThatNeverArrived_IsSentAgainUnderTheSameFence()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();

        await bench.RestartAsync();
        await node.ConnectAsync();
        var again = await node.AssignedAsync();

        Assert.Equal((assigned.AttemptId, assigned.Fence), (again.AttemptId, again.Fence));
    }

    [Fact]
    public async Task Hello_AttemptThatIsOver_IsStoppedOrForgotten()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();

        var welcome = await node.ConnectAsync(
            new HeldAttempt(new AttemptRef(Guid.NewGuid(), 1), HeldState.Running, null),
            new HeldAttempt(new AttemptRef(Guid.NewGuid(), 1), HeldState.Finished, null));

        Assert.Equal([ReconcileVerdict.Stop, ReconcileVerdict.Forget], welcome.Verdicts.Select(verdict => verdict.Verdict));
    }

    [Fact]
    public async Task Cancel_Queued_EndsAtOnce()
    {
        await using var bench = await DispatchBench.StartAsync();
        var job = await bench.SubmitAsync(bench.NewJob());

        var stopped = await bench.Dispatcher.CancelAsync(job.Row.Id, "Not needed.");

        Assert.True(stopped);
        Assert.Equal(JobStatus.Cancelled, (await DispatchBench.EndOf(job)).Status);
        Assert.Equal(JobStatus.Cancelled, (await bench.ReadAsync(job.Row.Id)).Status);
    }

    [Fact]
    public async Task Cancel_Running_NoLaterResultMakesItASuccess()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);

        Assert.True(await bench.Dispatcher.CancelAsync(job.Row.Id, "Enough."));
        await node.NextAsync<NodeCommand.Cancel>();
        await node.AckAsync(assigned, AttemptEventKind.Finished, 2);

        Assert.Equal(JobStatus.Cancelled, (await DispatchBench.EndOf(job)).Status);
    }

    [Fact]
    public async Task Cancel_NodeDoesNotAnswer_EndsAfterTwoSeconds()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);

        await bench.Dispatcher.CancelAsync(job.Row.Id, "Enough.");
        bench.Clock.Advance(TimeSpan.FromSeconds(2.5));

        Assert.Equal(JobStatus.Cancelled, (await DispatchBench.EndOf(job)).Status);
        Assert.Equal(
            ReconcileVerdict.Stop,
            Assert.Single((await node.ConnectAsync(new HeldAttempt(BenchNode.Ref(assigned), HeldState.Running, null))).Verdicts).Verdict);
    }

    [Fact]
    public async Task Log_PiecesSentAgain_AreStoredOnce()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);
        LogPiece Piece(long offset, string text) => new(BenchNode.Ref(assigned), LogSource.Stdout, offset, System.Text.Encoding.UTF8.GetBytes(text), 0);

        var first = await bench.Dispatcher.AppendLogAsync(node.NodeId, Piece(0, "one "));
        var again = await bench.Dispatcher.AppendLogAsync(node.NodeId, Piece(0, "one two "));
        var hole = await bench.Dispatcher.AppendLogAsync(node.NodeId, Piece(20, "lost"));
        var foreign = await bench.Dispatcher.AppendLogAsync(Guid.NewGuid(), Piece(8, "evil"));
        node.Say(assigned, AttemptEventKind.Finished, 2, end => end with { StdoutEnd = 13 });
        var last = await bench.Dispatcher.AppendLogAsync(node.NodeId, Piece(8, "three"));
        var result = await DispatchBench.EndOf(job);
        var stored = JobResults.Text(await bench.Store.ReadLogAsync(assigned.AttemptId!.Value, Cancellation), LogSource.Stdout);

        Assert.Equal([4, 8, 8, 13], new[] { first, again, hole, last }.Select(answer => answer.Next));
        Assert.True(foreign.Stop);
        Assert.Equal("one two three", result.Stdout);
        Assert.Equal("one two three", stored);
    }

    [Fact]
    public async Task Submit_SameIdTwice_IsOneJob()
    {
        await using var bench = await DispatchBench.StartAsync();
        var job = bench.NewJob();

        var first = await bench.SubmitAsync(job);
        var second = await bench.SubmitAsync(job with { });

        Assert.Same(first, second);
    }

    [Fact]
    public async Task Submit_IdThatEndedBefore_AnswersItsEnd()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = bench.NewJob();
        var first = await bench.SubmitAsync(job);
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Finished, 1, end => end with { ExitCode = 3 });
        await DispatchBench.EndOf(first);

        var again = bench.NewJob();
        var second = await bench.SubmitAsync(again with { Id = job.Id });
        var result = await DispatchBench.EndOf(second);

        Assert.Equal((JobStatus.Failed, 3), (result.Status, result.ExitCode));
        Assert.Equal(1, (await bench.ReadAsync(job.Id)).Fence);
    }

    [Fact]
    public async Task Capacity_FullNode_TakesTheNextWhenOneEnds()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync(cores: 1);
        var whole = new JobRequirements { CpuCores = 1 };
        await bench.SubmitAsync(bench.NewJob(demand: whole));
        var first = await node.AssignedAsync();
        var second = await bench.SubmitAsync(bench.NewJob(demand: whole));
        var waiting = (await bench.ReadAsync(second.Row.Id)).Status;

        node.Say(first, AttemptEventKind.Accepted, 1);
        node.Say(first, AttemptEventKind.Finished, 2);
        var next = await node.AssignedAsync();

        Assert.Equal(JobStatus.Queued, waiting);
        Assert.Equal(second.Row.Id, next.Id);
    }

    // The tick is handled on another thread; its effect shows in the database.
    private static Task<Job> UntilAsync(DispatchBench bench, Guid jobId, Func<Job, bool> holds) =>
        Patience.UntilAsync(() => bench.ReadAsync(jobId), holds, $"job {jobId} is as expected");
}
