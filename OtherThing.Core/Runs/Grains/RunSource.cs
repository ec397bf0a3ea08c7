using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Repeat;

namespace OtherThing.Core.Runs.Grains;

/// <summary>What a run begins with and goes on from: its flow, what its templates read, what is remembered of it, and what it may use up.</summary>
internal sealed class RunSource(IRunStore runs, FlowPlans plans, RunFactsReader facts, RunOptions options)
{
    /// <summary>What it may use up.</summary>
    public RunBudget Budget { get; } = options.Budget;

    /// <summary>How many runs it may call, with those that they call.</summary>
    public int MostCalls => options.Calls;

    public Task<Run?> FindAsync(Guid runId) => runs.FindAsync(runId, CancellationToken.None);

    /// <summary>Makes this process the run's owner.</summary>
    /// <returns>The run; null when it has ended, never was, or somebody was faster.</returns>
    public Task<Run?> TakeOwnershipAsync(Guid runId) => runs.TakeOwnershipAsync(runId, CancellationToken.None);

    public Task<int> CountCalledAsync(Guid runId) => runs.CountCalledAsync(runId, CancellationToken.None);

    public ValueTask<FlowPlan> PlanAsync(Guid flowId, int version, string? onlyStep) => plans.GetAsync(flowId, version, onlyStep, CancellationToken.None);

    public ValueTask<RunFacts> ReadFactsAsync(Run run, FlowPlan plan) => facts.ReadAsync(run, plan);

    /// <summary>What a repetition takes over of an earlier run; null for a run that repeats none.</summary>
    public async Task<IReadOnlyList<StepRun>?> TakeOverAsync(FlowPlan plan, StartRun start) =>
        start.RerunOf is { } earlier ? await RunHistory.TakeOverAsync(runs, plan, earlier, start.TakeOver) : null;

    /// <summary>What the journal remembers.</summary>
    public async Task<IReadOnlyList<StepRun>> RememberAsync(Run run) =>
        RunHistory.Fold(await runs.ReadJournalAsync(run.Id, 0, CancellationToken.None));

    /// <summary>True when the run that called it has ended, while the server was down: nobody waits for it any more.</summary>
    public async Task<bool> IsOrphanedAsync(Run run) => run.ParentRunId is { } caller && (await FindAsync(caller))?.Status.IsFinal() == true;
}
