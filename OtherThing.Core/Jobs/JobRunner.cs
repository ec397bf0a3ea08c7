using Microsoft.Extensions.Hosting;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Jobs.Kinds;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>Jobs as the engine sends them: to their end, whatever happens in between.</summary>
internal sealed class JobRunner(JobDispatcher dispatcher, IJobStore store, INodeStore nodes, TimeProvider clock, IHostApplicationLifetime lifetime) : IJobRunner
{
    private static readonly TimeSpan s_cancelWait = TimeSpan.FromSeconds(4);

    public async Task<Result<JobResult>> RunAsync(JobOrigin origin, JobDraft draft, Action<string, string> log, CancellationToken cancellationToken)
    {
        var spec = JobKinds.Of(draft.Kind).Complete(draft.Spec);
        if (JobRules.Check(draft.Kind, spec) is { } refusal)
        {
            return refusal;
        }

        // A machine that does not serve the workspace is refused, not waited for; a job that was begun is attached to all the same.
        if (spec.Requirements.NodeId is { } nodeId && !(await nodes.ListServingIdsAsync(origin.WorkspaceId, cancellationToken)).Contains(nodeId)
            && dispatcher.Find(origin.Id) is null && await store.FindAsync(origin.Id, cancellationToken) is null)
        {
            return JobErrors.NodeUnknown;
        }

        LiveJob live;
        try
        {
            live = await SubmitAsync(origin, draft with { Spec = spec }, log);
        }
        catch (RowRefusedException refused)
        {
            return JobRules.NotKept(refused);
        }

        if (live.Row.WorkspaceId != origin.WorkspaceId)
        {
            return Error.Conflict("job.id_taken", "Another workspace has a job with this id.");
        }

        try
        {
            return await live.Ended.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await dispatcher.CancelAsync(origin.Id, "The run was cancelled or its time is up.");
            return await EndAsync(live);
        }
    }

    private Task<LiveJob> SubmitAsync(JobOrigin origin, JobDraft draft, Action<string, string> log) =>
        dispatcher.SubmitAsync(
            new Job
            {
                Id = origin.Id,
                WorkspaceId = origin.WorkspaceId,
                UserId = origin.UserId,
                RunId = origin.RunId,
                StepPath = TextCut.Name(origin.StepPath, Job.MaxStepPath),
                Kind = draft.Kind,
                Effects = draft.Effects,
                Spec = draft.Spec,
                CreatedAt = clock.GetUtcNow().UtcDateTime,
            },
            log,
            lifetime.ApplicationStopping);

    private async Task<JobResult> EndAsync(LiveJob live)
    {
        try
        {
            return await live.Ended.Task.WaitAsync(s_cancelWait, clock, lifetime.ApplicationStopping);
        }
        catch (TimeoutException)
        {
            // The database does not answer; the stop is on its way to the node and will be written when it does.
            return live.Result() with { Status = JobStatus.Cancelled, Error = "Stopped; the end is not written yet." };
        }
    }
}
