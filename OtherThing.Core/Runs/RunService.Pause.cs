using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;

namespace OtherThing.Core.Runs;

/// <summary>Holding a run and letting it go on.</summary>
public sealed partial class RunService
{
    /// <summary>
    /// Pauses a run (A40: Members their own): nothing new of it starts, what is at work finishes and counts. It shows
    /// <see cref="RunStatus.Waiting"/> with <see cref="Run.Paused"/>, also over restarts; pausing twice is once.
    /// </summary>
    /// <returns>The run, or <c>run.not_found</c>, <c>run.not_begun</c>, <c>run.already_finished</c>.</returns>
    public Task<Result<Run>> PauseAsync(Actor actor, Guid workspaceId, Guid runId, CancellationToken cancellationToken) =>
        HoldAsync(actor, workspaceId, runId, Operations.RunCancel, paused: true, cancellationToken);

    /// <summary>Lets a paused run go on (A38); one that is not paused stays as it is.</summary>
    /// <returns>The run, or <c>run.not_found</c>, <c>run.not_begun</c>, <c>run.already_finished</c>.</returns>
    public Task<Result<Run>> ResumeAsync(Actor actor, Guid workspaceId, Guid runId, CancellationToken cancellationToken) =>
        HoldAsync(actor, workspaceId, runId, Operations.RunRetry, paused: false, cancellationToken);

    private async Task<Result<Run>> HoldAsync(
        Actor actor, Guid workspaceId, Guid runId, Operation operation, bool paused, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, operation, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await runs.FindBriefAsync(workspaceId, runId, cancellationToken) is not { } run)
        {
            return RunErrors.NotFound;
        }

        if (entry.Refuse(run.StartedBy) is { } notYours)
        {
            return notYours;
        }

        var status = await grains.GetGrain<IRunGrain>(runId).HoldAsync(paused);
        for (var again = 0; status is null
            && again < MostOwners
            && await runs.FindBriefAsync(workspaceId, runId, cancellationToken) is { } found
            && !found.Status.IsFinal(); again++)
        {
            status = await grains.GetGrain<IRunGrain>(runId).HoldAsync(paused); // it changed hands just then: the new owner is told
        }

        run = await runs.FindBriefAsync(workspaceId, runId, cancellationToken) ?? run;
        if (status == RunStatus.Queued)
        {
            return RunErrors.NotBegun;
        }

        if (status is null || (status.Value.IsFinal() && run.Paused != paused))
        {
            return status is null && !run.Status.IsFinal() ? RunErrors.Busy : RunErrors.AlreadyFinished(run.Status);
        }

        await audit.AppendAsync(actor, workspaceId, operation, $"run:{runId}", run.FlowName, paused ? "run.pause" : "run.resume");
        return run;
    }
}
