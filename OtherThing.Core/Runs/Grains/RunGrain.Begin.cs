using Microsoft.Extensions.Logging;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Queue;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Runs.Grains;

/// <summary>How a run begins, and how another activation takes it up again.</summary>
internal sealed partial class RunGrain
{
    /// <summary>Calls interleave: of several with the same id the first starts it, the others wait for that.</summary>
    private async Task<Run> BeginAsync(StartRun start)
    {
        if (_starting is null && _run is { } known)
        {
            return known;
        }

        var starting = _starting ??= StartOnceAsync(start);
        try
        {
            var started = await starting;
            return _run ?? started;
        }
        catch
        {
            (_starting, _run) = (null, null);
            throw;
        }
    }

    private async Task<Run> StartOnceAsync(StartRun start)
    {
        if (start.MayExist && await source.FindAsync(this.GetPrimaryKey()) is { } known)
        {
            return known;
        }

        var plan = await source.PlanAsync(start.FlowId, start.FlowVersion, start.OnlyStep);
        if (_ended.Task.IsCompleted)
        {
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously); // its row was refused before, and is tried again
        }

        var now = Now;
        (_isNew, _calls) = (true, 0);
        _run = new Run
        {
            Id = this.GetPrimaryKey(),
            WorkspaceId = start.WorkspaceId,
            FlowId = start.FlowId,
            FlowName = start.FlowName,
            FlowVersion = start.FlowVersion,
            Status = RunStatus.Queued,
            Trigger = start.Trigger,
            TriggerStepId = start.TriggerStepId,
            StartedBy = start.StartedBy,
            RerunOf = start.RerunOf,
            ParentRunId = start.ParentRunId,
            ParentPath = TextCut.Name(start.ParentPath, Run.MaxParentPath),
            Depth = start.Depth,
            RootRunId = start.RootRunId,
            Hops = start.Hops,
            OnlyStep = start.OnlyStep,
            Givens = start.Givens,
            Input = RunValue.Of(start.Input),
            CreatedAt = now,
            StartedAt = start.Limited ? null : now,
            TimeoutSeconds = start.TimeoutSeconds,
            Limited = start.Limited,
            Fence = 1,
            CostUnits = 0,
        };
        var memory = await source.TakeOverAsync(plan, start);
        var roots = await source.ReadFactsAsync(_run, plan);
        if (!start.Limited)
        {
            _machine = new FlowMachine(plan, roots, memory, takingOver: memory is not null, budget: source.Budget);
            await PostAsync(machine => machine.Start(now));
            return _run;
        }

        // Until its turn comes, perhaps in another process: what is taken over is written down now and remembered then.
        memory = [.. (memory ?? []).Select(step => step with { TakenOver = true })];
        _machine = new FlowMachine(plan, roots, memory, budget: source.Budget);
        await PostAsync(machine => machine.TakeDown(memory));
        await GrainFactory.GetGrain<IRunQueueGrain>(start.WorkspaceId).LookAsync();
        return _run;
    }

    private async Task RestoreAsync()
    {
        if (await source.TakeOwnershipAsync(this.GetPrimaryKey()) is not { } run)
        {
            _restoring = null;
            DeactivateOnIdle(); // ended, or never was
            return;
        }

        var plan = await source.PlanAsync(run.FlowId, run.FlowVersion, run.OnlyStep);
        var memory = await source.RememberAsync(run);
        var orphaned = await source.IsOrphanedAsync(run);
        var roots = await source.ReadFactsAsync(run, plan);
        if (_ended.Task.IsCompleted)
        {
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously); // let go before, and owned again
        }

        _run = run;
        _machine = new FlowMachine(plan, roots, memory, paused: run.Paused, budget: source.Budget, stepRuns: run.StepRuns);
        if (run.Status == RunStatus.Queued)
        {
            return; // its turn has not come
        }

        LogRestored(run.Id, memory.Count);
        await PostAsync(machine =>
        {
            machine.Start(Now);
            if (orphaned)
            {
                machine.Cancel(Now);
            }
        });
        foreach (var stopped in
            memory.Where(step => step is { ChildRunId: not null, Status: StepRunStatus.Cancelled or StepRunStatus.Failed, TakenOver: false }))
        {
            await GrainFactory.GetGrain<IRunGrain>(stopped.ChildRunId!.Value).CancelAsync(); // may have been cut off before it was said
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} goes on from {Steps} recorded steps")]
    private partial void LogRestored(Guid runId, int steps);
}
