using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Usage;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Steps;

public sealed class NodeCommandExecutorTests
{
    private static readonly Guid s_nodeId = Guid.NewGuid();

    [Fact]
    public async Task Execute_Succeeds_GivesOutputAndComputeSeconds()
    {
        var runner = new Runner(new JobResult(JobStatus.Succeeded, s_nodeId, 0, "3\n", "", 0.25, null));
        var call = Call("""{"command":["wc","-w"],"stdin":"a b c","env":{"A":"1"},"requirements":{"memoryMb":64}}""");

        var outcome = await new NodeCommandExecutor(runner).ExecuteAsync(call, TestContext.Current.CancellationToken);

        Assert.Equal(StepOutcomeKind.Succeeded, outcome.Kind);
        Assert.Equal("3\n", outcome.Output.GetProperty("stdout").GetString());
        Assert.Equal(0, outcome.Output.GetProperty("exitCode").GetInt32());
        var usage = Assert.Single(outcome.Usage);
        Assert.Equal(
            (UsageType.Compute, 0.25, s_nodeId, CostStatus.Free, call.AttemptId.ToString()),
            (usage.Type, usage.ComputeSeconds, usage.NodeId, usage.CostStatus, usage.CallId));
        Assert.Equal(
            (call.AttemptId, JobKind.Command, "a b c", JobEffects.Once),
            (runner.For!.Id, runner.Asked!.Kind, runner.Asked.Spec.Stdin, runner.Asked.Effects));
        Assert.Equal(64, runner.Asked.Spec.Requirements.MemoryMb);
    }

    [Fact]
    public async Task Execute_NonZeroExit_FailsAndKeepsItsOutput()
    {
        var runner = new Runner(new JobResult(JobStatus.Failed, s_nodeId, 2, "part", "first\nno such file\n", 0.1, "It ended with exit code 2."));

        var outcome = await new NodeCommandExecutor(runner).ExecuteAsync(Call("""{"script":"exit 2","shell":"bash"}"""), TestContext.Current.CancellationToken);

        Assert.Equal((StepOutcomeKind.Failed, "node.exit_code"), (outcome.Kind, outcome.ErrorCode));
        Assert.Contains("no such file", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("part", outcome.Output.GetProperty("stdout").GetString());
        Assert.Equal((JobKind.Script, "bash"), (runner.Asked!.Kind, runner.Asked.Spec.Shell));
        Assert.Single(outcome.Usage);
    }

    [Theory]
    [InlineData("out", "no such table\r\n", "no such table")]
    [InlineData("out", "10%\r 90%\r\u001b[31mdisk is full\u001b[0m\r\n\n", "disk is full")]
    [InlineData("step 1\nTraceback: no such file\n", "", "no such file")]
    public async Task Execute_NonZeroExit_SaysTheProgramsLastWords(string stdout, string stderr, string words)
    {
        var runner = new Runner(new JobResult(JobStatus.Failed, s_nodeId, 3, stdout, stderr, 0.1, "It ended with exit code 3."));

        var outcome = await new NodeCommandExecutor(runner).ExecuteAsync(Call("""{"command":["x"]}"""), TestContext.Current.CancellationToken);

        Assert.EndsWith(words, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(outcome.Error!, char.IsControl);
    }

    [Fact]
    public async Task Execute_LongLastWordsAndLongLog_AreCutBetweenCharacters()
    {
        var runner = new Runner(
            new JobResult(JobStatus.Failed, s_nodeId, 3, string.Concat(Enumerable.Repeat("😀", 40_000)) + "x", new string('x', 198) + "😀😀😀", 0.1, null));

        var outcome = await new NodeCommandExecutor(runner).ExecuteAsync(Call("""{"command":["x"]}"""), TestContext.Current.CancellationToken);

        Assert.EndsWith("x😀…", outcome.Error, StringComparison.Ordinal);
        Assert.True(System.Text.Rune.TryGetRuneAt(outcome.Log!, 0, out _));
    }

    [Fact]
    public async Task N09_Execute_ALimitStruck_StepNamesIt()
    {
        var runner = new Runner(new JobResult(JobStatus.Failed, s_nodeId, 137, "part", "", 0.1, "It used more than 64 MiB of memory.", "limit.memory"));

        var outcome = await new NodeCommandExecutor(runner).ExecuteAsync(Call("""{"command":["x"]}"""), TestContext.Current.CancellationToken);

        Assert.Equal((StepOutcomeKind.Failed, "limit.memory", "It used more than 64 MiB of memory."), (outcome.Kind, outcome.ErrorCode, outcome.Error));
        Assert.Equal("part", outcome.Output.GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Execute_FateUnknown_IsUnknown()
    {
        var runner = new Runner(new JobResult(JobStatus.Unknown, s_nodeId, null, "", "", 0, "Its machine did not come back."));

        var outcome = await new NodeCommandExecutor(runner).ExecuteAsync(Call("""{"command":["x"]}"""), TestContext.Current.CancellationToken);

        Assert.Equal(StepOutcomeKind.Unknown, outcome.Kind);
    }

    [Theory]
    [InlineData("{}", "command")]
    [InlineData("""{"command":["a"],"script":"b"}""", "not both")]
    [InlineData("""{"command":"a"}""", "command")]
    public async Task Execute_WrongConfig_SaysWhat(string config, string expected)
    {
        var outcome = await new NodeCommandExecutor(new Runner(null)).ExecuteAsync(Call(config), TestContext.Current.CancellationToken);

        Assert.Equal((StepOutcomeKind.Failed, "node.config_invalid", true), (outcome.Kind, outcome.ErrorCode, outcome.NoEffect));
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
    }

    private static StepCall Call(string config) => new()
    {
        WorkspaceId = Guid.NewGuid(),
        FlowId = Guid.NewGuid(),
        RunId = Guid.NewGuid(),
        UserId = Guid.NewGuid(),
        Path = "run",
        Attempt = 1,
        AttemptId = Guid.NewGuid(),
        Step = new FlowStep { Id = "run", Type = "node.command" },
        Config = JsonDocument.Parse(config).RootElement,
        Timeout = Patience.Limit,
    };

    private sealed class Runner(JobResult? result) : IJobRunner
    {
        public JobOrigin? For { get; private set; }

        public JobDraft? Asked { get; private set; }

        public Task<Result<JobResult>> RunAsync(JobOrigin origin, JobDraft draft, Action<string, string> log, CancellationToken cancellationToken)
        {
            (For, Asked) = (origin, draft);
            return Task.FromResult<Result<JobResult>>(result!);
        }
    }
}
