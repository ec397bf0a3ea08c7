using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Steps;
using TestServer = OtherThing.Tests.Support.TestServer;

namespace OtherThing.Tests.Core.Runs;

/// <summary>
/// Random graphs and results, run by the real grain over the real journal, while another owner takes the run away (as after a crash),
/// and while it is paused, resumed and cancelled at random moments; against the reference interpreter.
/// </summary>
public class RunGrainModelTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private const int Runs = 300;
    private const int AtOnce = 12;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RunService Service => server.Services.GetRequiredService<RunService>();

    private IRunStore Store => server.Services.GetRequiredService<IRunStore>();

    [Fact]
    public async Task RandomRuns_WithLostOwnersPausesAndCancels_AgreeWithTheReference()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        var (workspaceId, actor) = await NewWorkspaceAsync();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Runs),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel },
            async (number, _) => await OneAsync(workspaceId, actor, unchecked(seed + (number * 7919))));
    }

    private async Task OneAsync(Guid workspaceId, Actor actor, int seed)
    {
        var random = new Random(seed);
        var flow = FlowMachineModelTests.RandomFlow(random);
        var real = flow with { Steps = [.. flow.Steps.Select(ForReal)] };
        var made = await server.Services.GetRequiredService<FlowService>().CreateAsync(actor, workspaceId, $"Model {seed}", "", real, Cancel);
        Assert.True(made.IsSuccess, $"seed {seed}: {made.Error}");
        var answers = random.Next(1_000_000);
        var started = await Service.StartAsync(actor, workspaceId, made.Value.Id, Json.ToElement(new { seed = answers }), null, Cancel);
        Assert.True(started.IsSuccess, $"seed {seed}: {started.Error}");
        var cancelled = await DisturbAsync(random, actor, workspaceId, started.Value);
        var run = await EndOfAsync(actor, workspaceId, started.Value, seed);

        Check(run, flow, answers, cancelled, $"seed {seed}");
    }

    /// <returns>True when a cancel was acknowledged.</returns>
    private async Task<bool> DisturbAsync(Random random, Actor actor, Guid workspaceId, Guid runId)
    {
        var grain = server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRunGrain>(runId);
        var cancelled = false;
        for (var i = random.Next(0, 5); i > 0; i--)
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
                    break;
                case 4:
                    await Service.ResumeAsync(actor, workspaceId, runId, Cancel);
                    break;
                default:
                    cancelled |= (await Service.CancelAsync(actor, workspaceId, runId, Cancel)).IsSuccess;
                    break;
            }
        }

        return cancelled;
    }

    private async Task<RunDetail> EndOfAsync(Actor actor, Guid workspaceId, Guid runId, int seed)
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (TimeProvider.System.GetUtcNow() < until)
        {
            await Service.ResumeAsync(actor, workspaceId, runId, Cancel); // a pause, or an owner that let go, must not keep it for ever
            await Service.WaitAsync(actor, workspaceId, runId, TimeSpan.FromMilliseconds(200), Cancel);
            var run = (await Service.GetAsync(actor, workspaceId, runId, Cancel)).Value;
            if (run.Run.Status.IsFinal())
            {
                return run;
            }
        }

        throw new TimeoutException($"seed {seed}: the run does not end");
    }

    private void Check(RunDetail detail, FlowDefinition flow, int answers, bool cancelled, string seed)
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

    private static FlowStep ForReal(FlowStep step) => step.Type switch
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
    private readonly ConcurrentDictionary<(Guid RunId, string Path, int Attempt), int> _fresh = new();

    public string Type => "http.request";

    public int MostFreshStarts(Guid runId) => _fresh.Where(pair => pair.Key.RunId == runId).Select(pair => pair.Value).DefaultIfEmpty(0).Max();

    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        if (!call.Resumed)
        {
            _fresh.AddOrUpdate((call.RunId, call.Path, call.Attempt), 1, static (_, before) => before + 1);
        }

        await Task.Delay(Random.Shared.Next(0, 8), cancellationToken);
        var seed = int.Parse(call.Config.GetProperty("url").GetString()!.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
        return FlowMachineModelTests.Answer(call.Path, seed);
    }
}
