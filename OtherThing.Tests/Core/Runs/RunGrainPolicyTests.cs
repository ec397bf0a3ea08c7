using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Steps;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Core.Runs.Flows;
using TestServer = OtherThing.Tests.Support.TestServer;

namespace OtherThing.Tests.Core.Runs;

/// <summary>Retry, time limit and on-error of a step, carried out by the real grain and journal lane on a clock that the test sets forward.</summary>
public class RunGrainPolicyTests(PolicyServer server) : IClassFixture<PolicyServer>
{
    private static readonly StepOutcome s_failed = StepOutcome.Failed("http.server_error", "It said 500.");
    private static readonly StepOutcome s_done = StepOutcome.Succeeded(Json.ToElement("done"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Retry_Failures_WaitTwiceAsLongEachTimeWithJitterUpToFiveMinutes()
    {
        var run = await StartAsync(Http("a") with { Retry = new RetryPolicy(4, 100) }, attempt => attempt < 5 ? s_failed : s_done);

        double[] most = [100, 200, 300, 300];
        for (var attempt = 1; attempt <= most.Length; attempt++)
        {
            var wait = await UntilWaitingAsync(run, attempt);
            Assert.InRange(wait.TotalSeconds, most[attempt - 1] / 2, most[attempt - 1]);
            server.Clock.Advance(wait + TimeSpan.FromSeconds(1));
        }

        Assert.Equal(RunStatus.Succeeded, (await EndAsync(run)).Status);
        Assert.Equal([1, 2, 3, 4, 5], server.Executor.AttemptsOf(run));
    }

    [Fact]
    public async Task Retry_SeveralRuns_DoNotComeBackAllAtOnce()
    {
        var waits = new HashSet<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            var run = await StartAsync(Http("a") with { Retry = new RetryPolicy(1, 200) }, _ => s_failed);
            waits.Add(await UntilWaitingAsync(run, 1));
            await Grain(run).CancelAsync();
        }

        Assert.True(waits.Max() - waits.Min() > TimeSpan.FromSeconds(1), string.Join(' ', waits));
    }

    [Fact]
    public async Task Retry_BeforeItsTime_DoesNotBegin()
    {
        var run = await StartAsync(Http("a") with { Retry = new RetryPolicy(1, 100) }, attempt => attempt == 1 ? s_failed : s_done);
        var wait = await UntilWaitingAsync(run, 1);

        server.Clock.Advance(wait - TimeSpan.FromSeconds(20));
        await Grain(run).WakeAsync();
        var early = server.Executor.AttemptsOf(run);
        server.Clock.Advance(TimeSpan.FromSeconds(21));
        await EndAsync(run);

        Assert.Equal([1], early);
        Assert.Equal([1, 2], server.Executor.AttemptsOf(run));
    }

    [Fact]
    public async Task Retry_OwnerDiesWhileItWaits_NextOwnerKeepsTheTimeAndTheCount()
    {
        var run = await StartAsync(Http("a") with { Retry = new RetryPolicy(2, 100) }, attempt => attempt < 3 ? s_failed : s_done);
        var due = await DueAsync(run, 1);

        await server.Runs.TakeOwnershipAsync(run, Cancel);
        await Grain(run).HoldAsync(paused: true); // the old owner's write is refused, so it lets go
        await Grain(run).WakeAsync();
        Assert.Equal(due, await DueAsync(run, 1));
        Assert.Equal([1], server.Executor.AttemptsOf(run));
        server.Clock.Advance(TimeSpan.FromSeconds(101));
        await UntilWaitingAsync(run, 2);
        server.Clock.Advance(TimeSpan.FromSeconds(201));

        Assert.Equal(RunStatus.Succeeded, (await EndAsync(run)).Status);
        Assert.Equal([1, 2, 3], server.Executor.AttemptsOf(run));
    }

    [Fact]
    public async Task Retry_CancelledWhileItWaits_BeginsNothingMore()
    {
        var run = await StartAsync(Http("a") with { Retry = new RetryPolicy(5, 100) }, _ => s_failed);
        await UntilWaitingAsync(run, 1);

        Assert.True(await Grain(run).CancelAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await Grain(run).WakeAsync();

        Assert.Equal(RunStatus.Cancelled, server.Runs.Find(run)!.Status);
        Assert.Equal([1], server.Executor.AttemptsOf(run));
    }

    [Theory]
    [InlineData(90, 90)]
    [InlineData(100_000, 3600)] // an hour at the most
    public async Task RetryAfter_ClearRefusal_IsHonouredTwiceUnasked(double asked, double expected)
    {
        var refused = StepOutcome.Failed("http.too_many", "Not now.", noEffect: true) with { RetryAfter = TimeSpan.FromSeconds(asked) };
        var run = await StartAsync(Http("a"), _ => refused);

        foreach (var attempt in new[] { 1, 2 })
        {
            Assert.Equal(expected, (await UntilWaitingAsync(run, attempt)).TotalSeconds, 0.001);
            server.Clock.Advance(TimeSpan.FromSeconds(expected + 1));
        }

        Assert.Equal(RunStatus.Failed, (await EndAsync(run)).Status);
        Assert.Equal([1, 2, 3], server.Executor.AttemptsOf(run));
    }

    [Fact]
    public async Task RetryAfter_ShorterThanTheBackoff_DoesNotShortenIt()
    {
        var refused = StepOutcome.Failed("http.too_many", "Not now.", noEffect: true) with { RetryAfter = TimeSpan.FromSeconds(1) };
        var run = await StartAsync(Http("a") with { Retry = new RetryPolicy(1, 100) }, _ => refused);

        Assert.InRange((await UntilWaitingAsync(run, 1)).TotalSeconds, 50, 100);
        await Grain(run).CancelAsync();
    }

    [Fact]
    public async Task RetryAfter_EffectMayHaveHappened_IsNotRetriedUnasked()
    {
        var run = await StartAsync(Http("a"), _ => s_failed with { RetryAfter = TimeSpan.FromSeconds(1) });

        Assert.Equal(RunStatus.Failed, (await EndAsync(run)).Status);
        Assert.Equal([1], server.Executor.AttemptsOf(run));
    }

    [Fact]
    public async Task Timeout_StepThatMayBeRepeated_FailsEachAttemptAndIsRetried()
    {
        var run = await StartAsync(Http("a") with { TimeoutSeconds = 50, Retry = new RetryPolicy(1, 100) }, attempt => attempt == 1 ? null : s_done);
        await UntilAttemptAsync(run, 1);

        server.Clock.Advance(TimeSpan.FromSeconds(49));
        Assert.Equal(0, server.Executor.StoppedOf(run));
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        await UntilWaitingAsync(run, 1);
        server.Clock.Advance(TimeSpan.FromSeconds(101));

        Assert.Equal(RunStatus.Succeeded, (await EndAsync(run)).Status);
        Assert.Equal("step.timeout", Steps(run).Single(step => step is { Path: "a", Attempt: 1 }).Error?.Code);
        Assert.Equal(1, server.Executor.StoppedOf(run));
    }

    [Theory]
    [InlineData(OnError.Fail, RunStatus.Failed)]
    [InlineData(OnError.Continue, RunStatus.Succeeded)] // the flow says that it goes on without
    public async Task Timeout_StepOfClassOnce_IsOfUnknownFateAndNeverRetried(OnError onError, RunStatus expected)
    {
        var step = Http("a") with { TimeoutSeconds = 50, Effects = StepEffects.Once, Retry = new RetryPolicy(3, 0), OnError = onError };
        var run = await StartAsync(step, _ => null);
        await UntilAttemptAsync(run, 1);

        server.Clock.Advance(TimeSpan.FromSeconds(51));

        var ended = await EndAsync(run);
        Assert.Equal(StepRunStatus.Unknown, Steps(run).Single(found => found.Path == "a").Status);
        Assert.Equal([1], server.Executor.AttemptsOf(run));
        Assert.Equal(expected, ended.Status);
    }

    [Theory]
    [InlineData(OnError.Fail, RunStatus.Failed, null)]
    [InlineData(OnError.Continue, RunStatus.Succeeded, "null")]
    [InlineData(OnError.Branch, RunStatus.Succeeded, "\"http.server_error: It said 500.\"")]
    public async Task OnError_AfterTheLastRetry_SaysWhatFollows(OnError onError, RunStatus expected, string? output)
    {
        var after = onError == OnError.Branch
            ? Set("after", "\"{{ steps.a.error.code }}: {{ steps.a.error.message }}\"")
            : Set("after", "\"{{ steps.a }}\"");
        var run = await StartAsync(
            Flow([Step("start", "trigger.manual"), Http("a") with { Retry = new RetryPolicy(1, 10), OnError = onError }, after], "start->a",
                onError == OnError.Branch ? "a.error->after" : "a->after"),
            _ => s_failed);
        await UntilWaitingAsync(run, 1);
        Assert.DoesNotContain(Steps(run), step => step.Path == "after"); // not before the retries are used up
        server.Clock.Advance(TimeSpan.FromSeconds(11));

        var ended = await EndAsync(run);

        Assert.Equal((expected, output), (ended.Status, ended.Output?.Text));
        Assert.Equal([1, 2], server.Executor.AttemptsOf(run));
        Assert.Equal(expected == RunStatus.Failed, ended.Error?.Contains("\"path\":\"a\"", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task OnError_InOneBranch_LetsTheOtherEnd()
    {
        var run = await StartAsync(
            Flow([Step("start", "trigger.manual"), Http("a") with { OnError = OnError.Continue }, Http("b"), Set("end", "\"{{ steps.a }}/{{ steps.b }}\"")],
                "start->a", "start->b", "a->end", "b->end"),
            (path, _) => path == "a" ? s_failed : s_done);

        var ended = await EndAsync(run);

        Assert.Equal((RunStatus.Succeeded, "\"/done\""), (ended.Status, ended.Output?.Text));
    }

    private IRunGrain Grain(Guid run) => server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRunGrain>(run);

    private IReadOnlyList<StepRun> Steps(Guid run) => RunHistory.Fold(server.Runs.JournalOf(run));

    private Task<Guid> StartAsync(FlowStep step, Func<int, StepOutcome?> answer) =>
        StartAsync(Flow([Step("start", "trigger.manual"), step], "start->" + step.Id), (_, attempt) => answer(attempt));

    private Task<Guid> StartAsync(FlowDocument flow, Func<int, StepOutcome?> answer) => StartAsync(flow, (_, attempt) => answer(attempt));

    private async Task<Guid> StartAsync(FlowDocument definition, Func<string, int, StepOutcome?> answer)
    {
        var flow = new Flow(Guid.CreateVersion7(), "Policy", "", definition, Guid.Empty, DateTime.UnixEpoch);
        await server.Versions.KeepVersionAsync(new FlowVersion(flow, Guid.Empty, DateTime.UnixEpoch), Cancel);
        var run = Guid.CreateVersion7();
        server.Executor.Answers[run] = answer;
        await Grain(run).StartAsync(new StartRun
        {
            WorkspaceId = flow.WorkspaceId,
            FlowId = flow.Id,
            FlowName = flow.Name,
            FlowVersion = flow.Revision,
            Trigger = RunTrigger.Manual,
            StartedBy = Guid.Empty,
            Input = "{}",
        });
        return run;
    }

    /// <returns>How long the next attempt waits after this one failed.</returns>
    private async Task<TimeSpan> UntilWaitingAsync(Guid run, int failed)
    {
        var due = await DueAsync(run, failed);
        return due - Steps(run).Single(step => step.Path == "a" && step.Attempt == failed).FinishedAt!.Value;
    }

    private async Task<DateTime> DueAsync(Guid run, int failed)
    {
        await Patience.UntilAsync(() =>
            Steps(run).Any(step => step.Path == "a" && step.Attempt == failed + 1 && step.Status == StepRunStatus.Waiting), $"attempt {failed + 1} waits");
        return Steps(run).Single(step => step.Path == "a" && step.Attempt == failed + 1).Due!.Value;
    }

    private Task UntilAttemptAsync(Guid run, int attempt) =>
        Patience.UntilAsync(() => server.Executor.AttemptsOf(run).Contains(attempt), $"attempt {attempt} is at work");

    private async Task<Run> EndAsync(Guid run)
    {
        await Patience.UntilAsync(() => server.Runs.Find(run)!.Status.IsFinal(), "the run ends");
        return server.Runs.Find(run)!;
    }

}

/// <summary>A server whose runs are in memory, whose clock a test sets forward and whose HTTP steps answer as the test says.</summary>
public sealed class PolicyServer : TestServer
{
    internal ShiftedClock Clock => (ShiftedClock)Services.GetRequiredService<TimeProvider>();

    internal PolicyExecutor Executor => Services.GetServices<IStepExecutor>().OfType<PolicyExecutor>().Single();

    internal MemoryRuns Runs => (MemoryRuns)Services.GetRequiredService<IRunStore>();

    internal MemoryVersions Versions => (MemoryVersions)Services.GetRequiredService<IFlowStore>();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new ShiftedClock()));
            services.KeepRunsInMemory();
            services.AddSingleton<IStepExecutor, PolicyExecutor>();
        });
    }
}

/// <summary>Answers as a test says, by run, path and attempt; no answer works on until it is stopped.</summary>
internal sealed class PolicyExecutor : IStepExecutor
{
    private readonly ConcurrentQueue<(Guid Run, string Path, int Attempt)> _attempts = new();
    private readonly ConcurrentDictionary<Guid, int> _stopped = new();

    public string Type => "http.request";

    public ConcurrentDictionary<Guid, Func<string, int, StepOutcome?>> Answers { get; } = new();

    public int[] AttemptsOf(Guid run) => [.. _attempts.Where(attempt => attempt.Run == run && attempt.Path == "a").Select(attempt => attempt.Attempt)];

    public int StoppedOf(Guid run) => _stopped.GetValueOrDefault(run);

    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        _attempts.Enqueue((call.RunId, call.Path, call.Attempt));
        if (Answers[call.RunId](call.Path, call.Attempt) is { } outcome)
        {
            return outcome;
        }

        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("Nothing ends this but the token.");
        }
        finally
        {
            _stopped.AddOrUpdate(call.RunId, 1, static (_, before) => before + 1);
        }
    }
}
