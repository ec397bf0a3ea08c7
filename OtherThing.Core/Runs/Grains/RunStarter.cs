using Microsoft.Extensions.Logging;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Runs.Grains;

/// <summary>
/// The one way a run begins, whoever starts it: makes sure that the version is kept and can run, then hands over to the run's grain.
/// Rights are checked by the service that calls.
/// </summary>
public sealed partial class RunStarter(
    IFlowStore flows, FlowPlans plans, IGrainFactory grains, RunOptions options, TimeProvider clock, ILogger<RunStarter> logger)
{
    // A grain call has a time limit of its own, so a longer wait is made of pieces.
    private static readonly TimeSpan s_piece = TimeSpan.FromSeconds(20);

    /// <summary>Makes sure the version is kept and can run.</summary>
    /// <returns>Its plan, or <c>flow.version_not_found</c>, <c>flow.changed</c>, <c>flow.invalid</c>, <c>run.no_steps</c>.</returns>
    public async Task<Result<FlowPlan>> PrepareAsync(Guid workspaceId, FlowHead flow, int version, Guid userId, CancellationToken cancellationToken)
    {
        if (plans.Find(flow.Id, version) is { } known)
        {
            return known;
        }

        if (version != flow.Revision)
        {
            return await plans.ReadAsync(flow.Id, version, null, cancellationToken);
        }

        if (await flows.FindAsync(workspaceId, flow.Id, cancellationToken) is not { } draft || draft.Revision != version)
        {
            return FlowErrors.Changed(version, version + 1, byHeader: false); // edited between two reads
        }

        if (!FlowPlan.Compile(draft.ReadDefinition()).TryGet(out var plan, out var invalid))
        {
            return invalid;
        }

        if (plan.StepCount == 0)
        {
            return RunErrors.NoSteps;
        }

        await flows.KeepVersionAsync(new FlowVersion(draft, userId, clock.GetUtcNow().UtcDateTime), cancellationToken);
        plans.Add(flow.Id, version, plan);
        return plan;
    }

    /// <summary>
    /// Begins a run, or queues it where a limit applies; answers once that is on disk. Called runs go with their caller: they have places
    /// of their own (<see cref="RunOptions.CallsAtOnce"/>) and no limit of a flow holds them back, so that flows which call one another
    /// cannot block each other.
    /// </summary>
    /// <param name="start">What to run.</param>
    /// <param name="flow">Its flow, with the settings that apply; null when the flow is deleted.</param>
    /// <param name="runId">An id the caller chose, with <see cref="StartRun.MayExist"/>; null makes a new one.</param>
    /// <returns>The run's id, or <c>flow.paused</c>, <c>run.limit.hops</c>, <c>run.not_kept</c>.</returns>
    public async Task<Result<Guid>> BeginAsync(StartRun start, FlowHead? flow, Guid? runId = null)
    {
        if (!Admit(start, flow).TryGet(out var admitted, out var refusal))
        {
            return refusal;
        }

        var id = runId ?? Guid.CreateVersion7(clock.GetUtcNow());
        if ((await grains.GetGrain<IRunGrain>(id).StartAsync(admitted)).NotKept is { } reason)
        {
            return RunErrors.NotKept(reason);
        }

        LogStarted(id, start.FlowId, start.WorkspaceId);
        return id;
    }

    /// <summary>Begins a run and waits for its end; answers once its start is on disk.</summary>
    /// <param name="start">What to run.</param>
    /// <param name="flow">Its flow, with the settings that apply; null when the flow is deleted.</param>
    /// <param name="runId">An id the caller chose, with <see cref="StartRun.MayExist"/>; null makes a new one.</param>
    /// <param name="wait">How long to wait for its end; zero does not wait.</param>
    /// <returns>Where the run stands, and its output once it succeeded; or <c>flow.paused</c>, <c>run.limit.hops</c>, <c>run.not_kept</c>.</returns>
    public async Task<Result<RunAnswer>> BeginAndWaitAsync(StartRun start, FlowHead? flow, Guid? runId, TimeSpan wait)
    {
        if (!Admit(start, flow).TryGet(out start!, out var refusal))
        {
            return refusal;
        }

        var id = runId ?? Guid.CreateVersion7(clock.GetUtcNow());
        var grain = grains.GetGrain<IRunGrain>(id);
        var until = clock.GetUtcNow() + wait;
        var answer = await grain.RunAsync(start, wait < s_piece ? wait : s_piece);
        if (answer.NotKept is { } reason)
        {
            return RunErrors.NotKept(reason);
        }

        LogStarted(id, start.FlowId, start.WorkspaceId);
        while (!answer.Status.IsFinal() && until - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            answer = await grain.RunAsync(start with { MayExist = true }, left < s_piece ? left : s_piece);
        }

        return answer;
    }

    /// <summary>Puts a flow's settings to a start.</summary>
    private Result<StartRun> Admit(StartRun start, FlowHead? flow) => flow switch
    {
        _ when start.Hops > options.Hops => RunErrors.TooManyHops(start.Hops, options.Hops),
        { Settings.Paused: true } => FlowErrors.Paused,
        { Settings: { RunTimeoutSeconds: not null } or { MaxConcurrentRuns: not null } } or { WorkspaceLimit: not null } => start with
        {
            TimeoutSeconds = flow.Settings.RunTimeoutSeconds,
            Limited = start.ParentRunId is null && (flow.Settings.MaxConcurrentRuns is not null || flow.WorkspaceLimit is not null),
        },
        _ => start,
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "Run {RunId} of flow {FlowId} in workspace {WorkspaceId} started")]
    private partial void LogStarted(Guid runId, Guid flowId, Guid workspaceId);
}
