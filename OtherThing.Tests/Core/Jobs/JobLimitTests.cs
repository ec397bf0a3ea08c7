using System.Text;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;

namespace OtherThing.Tests.Core.Jobs;

public sealed class JobLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("limit.memory", "limit.memory", 137)]
    [InlineData("limit.processes", "limit.processes", 137)]
    [InlineData("limit.disk", "limit.disk", 0)]
    [InlineData("limit.output", "limit.output", 137)]
    [InlineData("limit.time", "limit.time", 137)]
    [InlineData("limit.moon", "job.exit_code", 3)]
    [InlineData("", "job.exit_code", 3)]
    public async Task N09_Finished_ALimitStruck_JobSaysWhich(string said, string code, int exitCode)
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);

        node.Say(assigned, AttemptEventKind.Finished, 2, end => end with { ExitCode = exitCode, ReasonCode = said, Reason = "It used more than 64 MiB." });
        var result = await DispatchBench.EndOf(job);
        var stored = await bench.ReadAsync(job.Row.Id);

        Assert.Equal((JobStatus.Failed, code, code), (result.Status, result.ErrorCode, stored.ErrorCode));
    }

    [Fact]
    public async Task N09_Finished_AnOlderAgentsWords_NameTheLimitToo()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var (memory, time) = (await bench.SubmitAsync(bench.NewJob()), await bench.SubmitAsync(bench.NewJob()));
        var (first, second) = (await node.AssignedAsync(), await node.AssignedAsync());

        node.Say(first, AttemptEventKind.Finished, 2, end => end with { ExitCode = 137, OutOfMemory = true, ReasonCode = "out_of_memory" });
        node.Say(second, AttemptEventKind.Finished, 2, end => end with { ExitCode = 137, TimedOut = true, ReasonCode = "timed_out" });

        Assert.Equal((JobLimits.Memory, JobLimits.Time), ((await DispatchBench.EndOf(memory)).ErrorCode, (await DispatchBench.EndOf(time)).ErrorCode));
    }

    [Fact]
    public async Task N08_Log_AByteAtATime_IsFewRowsAndReadWholeWhileItRuns()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);
        for (var at = 0; at < 2_000; at++)
        {
            var answer =
                await bench.Dispatcher.AppendLogAsync(node.NodeId, new LogPiece(BenchNode.Ref(assigned), LogSource.Stdout, at, Encoding.UTF8.GetBytes("x"), 0));
            Assert.Equal(at + 1, answer.Next);
        }

        var waiting = await bench.Dispatcher.UnwrittenLogAsync(job.Row.Id);
        var written = await bench.Store.ReadLogAsync(assigned.AttemptId!.Value, Cancellation);
        node.Say(assigned, AttemptEventKind.Finished, 2, end => end with { StdoutEnd = 2_000 });
        var result = await DispatchBench.EndOf(job);
        var rows = await bench.Store.ReadLogAsync(assigned.AttemptId.Value, Cancellation);

        Assert.Equal(2_000, JobResults.Text([.. written, .. waiting], LogSource.Stdout).Length);
        Assert.InRange(rows.Count, 1, 64);
        Assert.Equal((2_000, 2_000), (JobResults.Text(rows, LogSource.Stdout).Length, result.Stdout.Length));
    }

    [Fact]
    public async Task N08_Log_ServerStartsAgain_GoesOnWhereItsRowsEnd()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        var job = await bench.SubmitAsync(bench.NewJob());
        var assigned = await node.AssignedAsync();
        await node.AckAsync(assigned, AttemptEventKind.Accepted, 1);
        LogPiece Piece(int at) => new(BenchNode.Ref(assigned), LogSource.Stdout, at, Encoding.UTF8.GetBytes($"{at % 10}"), 0);
        for (var at = 0; at < 100; at++)
        {
            await bench.Dispatcher.AppendLogAsync(node.NodeId, Piece(at));
        }

        await bench.RestartAsync();
        var welcome = await node.ConnectAsync(new HeldAttempt(BenchNode.Ref(assigned), HeldState.Running, null));
        for (var at = (int)Assert.Single(welcome.Verdicts).StdoutNext; at < 120; at++)
        {
            await bench.Dispatcher.AppendLogAsync(node.NodeId, Piece(at));
        }

        await node.AckAsync(assigned, AttemptEventKind.Finished, 2, end => end with { StdoutEnd = 120 });
        var rows = await bench.Store.ReadLogAsync(assigned.AttemptId!.Value, Cancellation);

        Assert.Equal(string.Concat(Enumerable.Range(0, 120).Select(at => at % 10)), JobResults.Text(rows, LogSource.Stdout));
        Assert.Equal(JobStatus.Succeeded, (await bench.ReadAsync(job.Row.Id)).Status);
    }

    [Fact]
    public async Task N06_Node_ThatClaimsTheMoon_DoesNotDrawAllTheWork()
    {
        await using var bench = await DispatchBench.StartAsync();
        var (liar, honest) = (await bench.AddNodeAsync(cores: 4096), await bench.AddNodeAsync(cores: 16));
        for (var count = 0; count < 300; count++)
        {
            await bench.SubmitAsync(bench.NewJob());
        }

        var (drawn, fair) = (liar.Unread().OfType<NodeCommand.Assign>().Count(), honest.Unread().OfType<NodeCommand.Assign>().Count());

        Assert.Equal((64, 64), (drawn, fair));
    }

    [Fact]
    public async Task N06_Node_ThatShowsWhatItCan_GetsMore()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync(cores: 64);
        for (var count = 0; count < 300; count++)
        {
            await bench.SubmitAsync(bench.NewJob(JobEffects.Safe));
        }

        var first = node.Unread().OfType<NodeCommand.Assign>().ToArray();
        await node.AckAsync(first[0].Job, AttemptEventKind.Finished, 2);
        await bench.Dispatcher.UnwrittenLogAsync(first[0].Job.Id);
        var more = node.Unread().OfType<NodeCommand.Assign>().Count();

        Assert.Equal(64, first.Length);
        Assert.Equal(65, more);
    }

    [Fact]
    public async Task Assign_AsksForNoMemory_GetsTheShareOfItsCores()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync(cores: 4);
        await bench.SubmitAsync(bench.NewJob());
        await bench.SubmitAsync(bench.NewJob(demand: new JobRequirements { CpuCores = 2 }));
        await bench.SubmitAsync(bench.NewJob(demand: new JobRequirements { MemoryMb = 100 }));

        var given =
            new[] { await node.NextAsync<NodeCommand.Assign>(), await node.NextAsync<NodeCommand.Assign>(), await node.NextAsync<NodeCommand.Assign>() };

        Assert.Equal([512, 4096, 100], given.Select(assign => assign.MemoryMb));
    }

    [Fact]
    public async Task Rejected_BecauseItIsFull_GoesThereAgainWhenSomethingEnds()
    {
        await using var bench = await DispatchBench.StartAsync();
        var node = await bench.AddNodeAsync();
        await bench.SubmitAsync(bench.NewJob());
        var first = await node.AssignedAsync();
        var second = await bench.SubmitAsync(bench.NewJob());
        var refused = await node.AssignedAsync();
        node.Say(refused, AttemptEventKind.Rejected, 1, no => no with { ReasonCode = "no_capacity", Reason = "It needs 64 MiB of memory and 0 MiB are free." });

        await node.AckAsync(first, AttemptEventKind.Finished, 2);
        var again = await node.AssignedAsync();

        Assert.Equal(second.Row.Id, again.Id);
    }
}
