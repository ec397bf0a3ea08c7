using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Steps;
using OtherThing.Core.Usage;
using OtherThing.Tests.Support;
using TestServer = OtherThing.Tests.Support.TestServer;

namespace OtherThing.Tests.Core.Runs;

/// <summary>
/// Random graphs and results, run by the real grain over the real journal, while another owner takes the run away (as after a crash),
/// and while it is paused, resumed and cancelled at random moments; against the reference interpreter. Many more cases, over rows in
/// memory, are in <see cref="RunGrainFaultTests"/>.
/// </summary>
public class RunGrainModelTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private static readonly int s_graphs = Effort.Of(20, 60);
    private const int RunsOfEach = 8;
    private const int AtOnce = 64;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RunService Service => server.Services.GetRequiredService<RunService>();

    private IUsageStore Ledger => server.Services.GetRequiredService<IUsageStore>();

    private IRunStore Store => server.Services.GetRequiredService<IRunStore>();

    [Fact]
    public async Task RandomRuns_WithLostOwnersPausesAndCancels_AgreeWithTheReference()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        var (workspaceId, actor) = await NewWorkspaceAsync();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, s_graphs),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce / RunsOfEach, CancellationToken = Cancel },
            async (number, _) => await GraphAsync(workspaceId, actor, unchecked(seed + (number * 7919))));
    }

    /// <summary>One random graph, run several times at once with answers and disturbances of their own.</summary>
    private async Task GraphAsync(Guid workspaceId, Actor actor, int seed)
    {
        var flow = FlowMachineModelTests.RandomFlow(new Random(seed));
        var real = flow with { Steps = [.. flow.Steps.Select(ForReal)] };
        var made = await server.Services.GetRequiredService<FlowService>().CreateAsync(actor, workspaceId, $"Model {seed}", "", real, Cancel);
        Assert.True(made.IsSuccess, $"seed {seed}: {made.Error}");
        await OneAsync(workspaceId, actor, made.Value.Id, flow, seed, 0); // keeps the version
        await Task.WhenAll(Enumerable.Range(1, RunsOfEach - 1).Select(number => OneAsync(workspaceId, actor, made.Value.Id, flow, seed, number)));
    }

    private async Task OneAsync(Guid workspaceId, Actor actor, Guid flowId, FlowDocument flow, int seed, int number)
    {
        var random = new Random(HashCode.Combine(seed, number));
        var answers = random.Next(1_000_000);
        var started = await server.Services.GetRequiredService<RunStartService>().StartAsync(
            actor, workspaceId, flowId, Json.ToElement(new { seed = answers }), null, Cancel);
        Assert.True(started.IsSuccess, $"seed {seed}/{number}: {started.Error}");
        var (disturbed, cancelled) = await DisturbAsync(random, actor, workspaceId, started.Value);
        var run = await EndOfAsync(actor, workspaceId, started.Value, $"seed {seed}/{number}");

        Check(run, flow, answers, cancelled, $"seed {seed}/{number}");
        await CheckCostAsync(run, disturbed, $"seed {seed}/{number}");
    }

    /// <returns>Whether anything was done to it at all, and whether a cancel was acknowledged.</returns>
    private async Task<(bool Disturbed, bool Cancelled)> DisturbAsync(Random random, Actor actor, Guid workspaceId, Guid runId)
    {
        var grain = server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRunGrain>(runId);
        var (cancelled, paused, acts) = (false, false, random.Next(0, 4));
        for (var i = acts; i > 0; i--)
        {
            await Task.Delay(random.Next(0, 15), Cancel);
            switch (random.Next(6))
            {
                case 0 or 1 or 2:
                    await Store.TakeOwnershipAsync(runId, Cancel); // the old owner's next commit is refused
                    await grain.WakeAsync();
                    break;
                case 3:
                    await Service.PauseAsync(actor, workspaceId, runId, Cancel);
                    paused = true;
                    break;
                case 4:
                    await Service.ResumeAsync(actor, workspaceId, runId, Cancel);
                    break;
                default:
                    cancelled |= (await Service.CancelAsync(actor, workspaceId, runId, Cancel)).IsSuccess;
                    break;
            }
        }

        if (paused)
        {
            await Service.ResumeAsync(actor, workspaceId, runId, Cancel);
        }

        return (acts > 0, cancelled);
    }

    private async Task<RunDetail> EndOfAsync(Actor actor, Guid workspaceId, Guid runId, string seed)
    {
        var grain = server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRunGrain>(runId);
        return await Patience.UntilAsync(
            async () =>
            {
                await grain.WaitAsync(TimeSpan.FromSeconds(5)); // wakes it as the sweeper does; also answers when its owner lets go
                return (await Service.GetAsync(actor, workspaceId, runId, Cancel)).Value;
            },
            run => run.Run.Status.IsFinal(),
            $"the run of {seed} ends");
    }

    private void Check(RunDetail detail, FlowDocument flow, int answers, bool cancelled, string seed)
    {
        var (status, expected) = FlowMachineModelTests.Interpret(flow, answers);
        if (cancelled)
        {
            Assert.True(detail.Run.Status == RunStatus.Cancelled, $"{seed}: {detail.Run.Status} after an acknowledged cancel");
        }
        else
        {
            Assert.True(detail.Run.Status == status, $"{seed}: {detail.Run.Status} and not {status}: {detail.Run.Error}");
        }

        Assert.True(detail.Steps.All(step => step.Status.IsFinal()), $"{seed}: a step of an ended run is left open");
        Assert.False(detail.Run.Paused);
        if (detail.Run.Status == RunStatus.Succeeded)
        {
            Assert.True(
                expected.Order().SequenceEqual(detail.Steps.GroupBy(step => step.Path).Select(group => $"{group.Key}:{group.Last().Status}").Order()),
                $"{seed}: {string.Join(' ', detail.Steps.Select(step => $"{step.Path}:{step.Status}"))} and not {string.Join(' ', expected)}");
        }

        Assert.True(server.Executor.MostFreshStarts(detail.Run.Id) <= 1, $"{seed}: an attempt was started afresh twice");
    }

    /// <summary>
    /// A run costs what its steps cost, and its steps what the ledger says of them, whether that is a price, nothing, or unknown. A call whose
    /// result came after its step was given up is owed all the same: the ledger may hold more, but never less.
    /// </summary>
    private async Task CheckCostAsync(RunDetail detail, bool disturbed, string seed)
    {
        var entries = await Ledger.ListAsync(detail.Run.WorkspaceId, new UsageFilter { RunId = detail.Run.Id }, new PageRequest(PageRequest.MaxLimit), Cancel);
        var ofSteps = detail.Steps.Where(step => step.Usage is not null).ToLookup(step => step.Path, step => step.Usage!.Cost);
        var ofLedger = entries.Items.ToLookup(entry => entry.StepPath!, entry => entry.Cost);

        Assert.True(
            detail.Run.CostUnits == Cost.Sum(ofSteps.SelectMany(step => step)).Units,
            $"{seed}: a run of {detail.Run.CostUnits} with steps of {string.Join(", ", ofSteps.SelectMany(step => step))}");
        foreach (var step in ofSteps)
        {
            var (said, owed) = (Cost.Sum(step), Cost.Sum(ofLedger[step.Key]));
            Assert.True(owed.Known >= said.Known && (said.Unpriced == 0 || owed.Unpriced > 0), $"{seed}: {step.Key} says {said} and the ledger {owed}");
        }

        if (!disturbed && detail.Steps.All(step => step.Status != StepRunStatus.Cancelled))
        {
            Assert.True(Cost.Sum(ofLedger.SelectMany(step => step)).Units == detail.Run.CostUnits, $"{seed}: the ledger of {detail.Run.CostUnits}");
        }
    }

    internal static FlowStep ForReal(FlowStep step) => step.Type switch
    {
        "logic.wait" => step with { Config = JsonElement.Parse("""{"seconds":0.01}""") },
        "http.request" => step with { Config = JsonElement.Parse("""{"url":"https://example.org/{{ input.seed }}"}""") },
        _ => step,
    };

    private async Task<(Guid WorkspaceId, Actor Actor)> NewWorkspaceAsync()
    {
        using var client = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(client);
        return (workspace.GetProperty("id").GetGuid(), server.ActorOf(workspace.GetProperty("ownerId").GetGuid()));
    }
}

/// <summary>A server whose HTTP steps answer by a function of their path.</summary>
public sealed class ScriptedServer : TestServer
{
    internal ScriptedExecutor Executor => Services.GetServices<IStepExecutor>().OfType<ScriptedExecutor>().Single();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services =>
        {
            services.Remove(services.Single(service => service.ImplementationType == typeof(HttpRequestExecutor)));
            services.AddSingleton<IStepExecutor, ScriptedExecutor>();
        });
    }
}

/// <summary>Takes a little while and then answers as <see cref="FlowMachineModelTests"/> says; counts what is begun anew.</summary>
internal sealed class ScriptedExecutor : IStepExecutor
{
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<(string Path, int Attempt), int>> _fresh = new();

    private readonly ConcurrentDictionary<Guid, int> _calls = new();

    public string Type => "http.request";

    /// <summary>The runs whose calls all succeed, whatever their seed says, and cost something: the first <c>run id:1</c> and so on.</summary>
    public ConcurrentDictionary<Guid, bool> Succeeding { get; } = new();

    public int MostFreshStarts(Guid runId) =>
        _fresh.TryGetValue(runId, out var starts) ? starts.Values.DefaultIfEmpty().Max() : 0; // none while the first is just being counted

    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        if (!call.Resumed)
        {
            _fresh.GetOrAdd(call.RunId, static _ => new()).AddOrUpdate((call.Path, call.Attempt), 1, static (_, before) => before + 1);
        }

        await Task.Delay(Random.Shared.Next(0, 8), cancellationToken);
        if (Succeeding.ContainsKey(call.RunId))
        {
            var number = _calls.AddOrUpdate(call.RunId, 1, static (_, before) => before + 1);
            var used = new UsageDraft { Type = UsageType.ApiCall, CallId = $"{call.RunId}:{number}", CostStatus = CostStatus.ProviderReported, CostUnits = 7 };
            return StepOutcome.Succeeded(call.Config) with { Usage = [used] };
        }

        var seed = int.Parse(call.Config.GetProperty("url").GetString()!.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
        return FlowMachineModelTests.Answer(call.Path, seed) with { Usage = UsedBy(call, seed) };
    }

    /// <summary>None to two calls of a provider or a machine: priced, free, or without a price; the same for the same attempt.</summary>
    private static List<UsageDraft> UsedBy(StepCall call, int seed)
    {
        var random = new Random(HashCode.Combine(seed, call.Path, call.Attempt));
        return [.. Enumerable.Range(0, random.Next(3)).Select(number => random.Next(12) switch
        {
            0 => Draft(number, CostStatus.Unpriced, null),
            < 4 => Draft(number, CostStatus.Free, random.Next(2) == 0 ? null : 0),
            _ => Draft(number, CostStatus.Computed, random.Next(1, 1_000_000)),
        })];

        UsageDraft Draft(int number, CostStatus status, long? units) =>
            new() { Type = UsageType.ApiCall, CallId = $"{call.AttemptId}:{number}", CostStatus = status, CostUnits = units };
    }
}
