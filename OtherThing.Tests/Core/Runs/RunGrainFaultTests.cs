using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Steps;
using OtherThing.Tests.Support;
using TestServer = OtherThing.Tests.Support.TestServer;

namespace OtherThing.Tests.Core.Runs;

/// <summary>
/// Random graphs and results, run by the real grain and the real journal lane over rows in memory, whose commits are lost, unheard or
/// come too late, while the run is paused, resumed and cancelled at random moments; against the reference interpreter. What a database
/// adds is in <see cref="RunGrainModelTests"/>.
/// </summary>
public class RunGrainFaultTests(MemoryServer server) : IClassFixture<MemoryServer>
{
    private const int AtOnce = 128;

    private static readonly int s_cases = Effort.Of(1_500, 20_000);

    private readonly IGrainFactory _grains = server.Services.GetRequiredService<IGrainFactory>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RandomRuns_WithLostCommitsPausesAndCancels_AgreeWithTheReference()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        // The seed of a failure is the case's own: run that one again, as often, because its moments are the machine's.
        var one = Environment.GetEnvironmentVariable("OTHERTHING_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : (int?)null;

        await Parallel.ForEachAsync(
            Enumerable.Range(0, s_cases),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel },
            async (number, _) => await OneAsync(one ?? unchecked(seed + (number * 7919))));
    }

    private async Task OneAsync(int seed)
    {
        var random = new Random(seed);
        var flow = FlowMachineModelTests.RandomFlow(random);
        var kept = new Flow(
            Guid.CreateVersion7(), "Model", "", flow with { Steps = [.. flow.Steps.Select(RunGrainModelTests.ForReal)] }, Guid.Empty, DateTime.UnixEpoch);
        await server.Versions.KeepVersionAsync(new FlowVersion(kept, Guid.Empty, DateTime.UnixEpoch), Cancel);
        var (runId, answers) = (Guid.CreateVersion7(), random.Next(1_000_000));
        server.Runs.Plan(runId, Enumerable.Range(0, random.Next(0, 8)).Select(_ => random.Next(9) < 7 ? CommitFault.None : (CommitFault)random.Next(1, 4)));

        var grain = _grains.GetGrain<IRunGrain>(runId);
        await StartAsync(grain, kept, $$"""{"seed":{{answers}}}""");
        var (asked, cancelled) = await DisturbAsync(random, grain);
        await EndAsync(grain, runId, seed);

        Check(server.Runs.Take(runId), flow, answers, asked, cancelled, $"seed {seed}");
        Assert.True(server.Executor.MostFreshStarts(runId) <= 1, $"seed {seed}: an attempt was started afresh twice");
        await server.Versions.DeleteAsync(kept.WorkspaceId, kept.Id, Cancel);
    }

    /// <summary>As a caller does that repeats what failed, under the same id.</summary>
    private static async Task StartAsync(IRunGrain grain, Flow flow, string input)
    {
        var start = new StartRun
        {
            WorkspaceId = flow.WorkspaceId,
            FlowId = flow.Id,
            FlowName = flow.Name,
            FlowVersion = flow.Revision,
            Trigger = RunTrigger.Manual,
            StartedBy = Guid.Empty,
            Input = input,
            MayExist = true,
        };
        while (!await HeardAsync(() => grain.StartAsync(start)))
        {
        }
    }

    /// <returns>Whether a cancel was asked for, and whether one was acknowledged.</returns>
    private static async Task<(bool Asked, bool Acknowledged)> DisturbAsync(Random random, IRunGrain grain)
    {
        var (asked, acknowledged) = (false, false);
        for (var i = random.Next(0, 4); i > 0; i--)
        {
            await Task.Delay(random.Next(0, 3), Cancel);
            switch (random.Next(5))
            {
                case 0 or 1:
                    await HeardAsync(() => grain.HoldAsync(paused: true));
                    break;
                case 2:
                    await HeardAsync(() => grain.HoldAsync(paused: false));
                    break;
                case 3:
                    await HeardAsync(grain.WakeAsync);
                    break;
                default:
                    asked = true;
                    await HeardAsync(async () => acknowledged |= await grain.CancelAsync());
                    break;
            }
        }

        return (asked, acknowledged);
    }

    private async Task EndAsync(IRunGrain grain, Guid runId, int seed)
    {
        var until = TimeProvider.System.GetUtcNow() + Patience.Limit;
        while (server.Runs.Find(runId) is { } run && !run.Status.IsFinal())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < until, $"seed {seed}: the run does not end");
            if (run.Paused)
            {
                await HeardAsync(() => grain.HoldAsync(paused: false));
            }

            await HeardAsync(() => grain.WaitAsync(TimeSpan.FromSeconds(1))); // wakes it as the sweeper does; answers also when its owner lets go
        }
    }

    /// <returns>False when the call met a commit that failed.</returns>
    private static async Task<bool> HeardAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Check(
        (Run Run, IReadOnlyList<RunJournalEntry> Journal) kept, FlowDocument flow, int answers, bool asked, bool cancelled, string seed)
    {
        var (status, expected) = FlowMachineModelTests.Interpret(flow, answers);
        var run = kept.Run;
        Assert.True(
            run.Status == RunStatus.Cancelled ? asked : run.Status == status && !cancelled,
            $"{seed}: {run.Status} and not {(cancelled ? RunStatus.Cancelled : status)}: {run.Error}");
        Assert.False(run.Paused);
        var steps = RunHistory.Fold(kept.Journal);
        Assert.True(steps.All(step => step.Status.IsFinal()), $"{seed}: a step of an ended run is left open");
        Assert.True(
            kept.Journal.SelectMany(RunHistory.Read).Where(step => step.Status.IsFinal()).GroupBy(step => (step.Path, step.Attempt)).All(
                group => group.Count() == 1),
            $"{seed}: a step ended twice");
        if (run.Status == RunStatus.Succeeded)
        {
            Assert.True(
                expected.Order().SequenceEqual(steps.GroupBy(step => step.Path).Select(group => $"{group.Key}:{group.Last().Status}").Order()),
                $"{seed}: {string.Join(' ', steps.Select(step => $"{step.Path}:{step.Status}"))} and not {string.Join(' ', expected)}");
        }
    }
}

/// <summary>A server whose runs are in memory and whose HTTP steps answer by a function of their path.</summary>
public sealed class MemoryServer : TestServer
{
    public MemoryServer()
        : base(("Logging:LogLevel:OtherThing.Core.Runs", "None"), ("Logging:LogLevel:Orleans", "None")) // thousands of planned faults
    {
    }

    internal ScriptedExecutor Executor => Services.GetServices<IStepExecutor>().OfType<ScriptedExecutor>().Single();

    internal MemoryRuns Runs => (MemoryRuns)Services.GetRequiredService<IRunStore>();

    internal MemoryVersions Versions => (MemoryVersions)Services.GetRequiredService<IFlowStore>();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services =>
        {
            services.KeepRunsInMemory();
            services.AddSingleton<IStepExecutor, ScriptedExecutor>();
        });
    }
}
