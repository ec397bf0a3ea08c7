using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Steps;

namespace OtherThing.Tests.Core.Runs;

/// <summary>A call that another process had begun, and whose child lives.</summary>
public sealed class FlowCallExecutorTests(MemoryServer server) : IClassFixture<MemoryServer>
{
    private readonly IStepExecutor _calls = server.Services.GetServices<IStepExecutor>().Single(executor => executor.Type == "flow.call");
    private readonly RunTurns _turns = server.Services.GetRequiredService<RunTurns>();
    private readonly RunOptions _options = server.Services.GetRequiredService<RunOptions>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Execute_CancelledWhileAResumedCallWaitsForAPlace_CancelsTheLivingChild()
    {
        var call = await BeginChildAsync();
        await TakeAllPlacesAsync(call);
        using var cancellation = new CancellationTokenSource();
        var waiting = _calls.ExecuteAsync(call, cancellation.Token);
        Assert.False(waiting.IsCompleted);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(RunStatus.Cancelled, server.Runs.Find(call.AttemptId)!.Status);
    }

    [Fact]
    public async Task Execute_HandedOverWhileAResumedCallWaitsForAPlace_LeavesTheChildToTheNextOwner()
    {
        var call = await BeginChildAsync() with { IsHandedOver = static () => true };
        await TakeAllPlacesAsync(call);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _calls.ExecuteAsync(call, new CancellationToken(canceled: true)));

        Assert.False(server.Runs.Find(call.AttemptId)!.Status.IsFinal());
        await server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRunGrain>(call.AttemptId).CancelAsync();
    }

    private async Task TakeAllPlacesAsync(StepCall call)
    {
        var places = _turns.Calls(call.WorkspaceId, call.Depth + 1);
        for (var taken = 0; taken < _options.CallsAtOnce; taken++)
        {
            await places.EnterAsync(Guid.CreateVersion7(), Cancel);
        }
    }

    private async Task<StepCall> BeginChildAsync()
    {
        var definition = JsonSerializer.Deserialize<FlowDocument>(
            """{"schema":1,"steps":[{"id":"start","type":"trigger.manual","config":{}},{"id":"wait","type":"logic.wait","config":{"seconds":3600}}],"connections":[{"from":"start","to":"wait"}],"notes":[]}""",
            Json.Options)!;
        var flow = new Flow(Guid.CreateVersion7(), "Called", "", definition, Guid.Empty, DateTime.UnixEpoch);
        await server.Versions.KeepVersionAsync(new FlowVersion(flow, Guid.Empty, DateTime.UnixEpoch), Cancel);
        var call = new StepCall
        {
            WorkspaceId = flow.WorkspaceId,
            FlowId = Guid.CreateVersion7(),
            RunId = Guid.CreateVersion7(),
            UserId = Guid.CreateVersion7(),
            Path = "call",
            Attempt = 1,
            AttemptId = Guid.CreateVersion7(),
            Resumed = true,
            Step = definition.Steps[1],
            Config = Json.ToElement(new { flowId = flow.Id }),
            Timeout = TimeSpan.FromHours(1),
        };
        await server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRunGrain>(call.AttemptId).StartAsync(new StartRun
        {
            WorkspaceId = flow.WorkspaceId,
            FlowId = flow.Id,
            FlowName = flow.Name,
            FlowVersion = flow.Revision,
            Trigger = RunTrigger.Flow,
            StartedBy = Guid.Empty,
            Input = "{}",
            ParentRunId = call.RunId,
            ParentPath = call.Path,
            Depth = 1,
            RootRunId = call.RunId,
        });
        return call;
    }
}
