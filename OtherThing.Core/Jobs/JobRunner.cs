using Microsoft.Extensions.Hosting;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>Jobs as the engine sends them: to their end, whatever happens in between.</summary>
internal sealed class JobRunner(JobDispatcher dispatcher, IJobStore store, INodeStore nodes, TimeProvider clock, IHostApplicationLifetime lifetime) : IJobRunner
{
    private static readonly TimeSpan s_cancelWait = TimeSpan.FromSeconds(4);

    public async Task<Result<JobResult>> RunAsync(JobRequest job, Action<string, string> log, CancellationToken cancellationToken)
    {
        var spec = new JobSpec
        {
            Command = job.Command,
            Script = job.Script,
            Shell = job.Shell,
            Stdin = job.Stdin,
            Env = job.Env,
            Requirements = job.Requirements,
            TimeoutSeconds = job.TimeoutSeconds,
        };
        if (JobRules.Check(job.Kind, spec) is { } refusal)
        {
            return refusal;
        }

        // A machine that does not serve the workspace is refused, not waited for; a job that was begun is attached to all the same.
        if (spec.Requirements.NodeId is { } nodeId && !(await nodes.ListServingIdsAsync(job.WorkspaceId, cancellationToken)).Contains(nodeId)
            && dispatcher.Find(job.Id) is null && await store.FindAsync(job.Id, cancellationToken) is null)
        {
            return JobErrors.NodeUnknown;
        }

        LiveJob live;
        try
        {
            live = await SubmitAsync(job, spec, log);
        }
        catch (RowRefusedException refused)
        {
            return JobRules.NotKept(refused);
        }

        if (live.Row.WorkspaceId != job.WorkspaceId)
        {
            return Error.Conflict("job.id_taken", "Another workspace has a job with this id.");
        }

        try
        {
            return await live.Ended.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await dispatcher.CancelAsync(job.Id, "The run was cancelled or its time is up.");
            return await EndAsync(live);
        }
    }

    private Task<LiveJob> SubmitAsync(JobRequest job, JobSpec spec, Action<string, string> log) =>
        dispatcher.SubmitAsync(
            new Job
            {
                Id = job.Id,
                WorkspaceId = job.WorkspaceId,
                UserId = job.UserId,
                RunId = job.RunId,
                StepPath = TextCut.Name(job.StepPath, Job.MaxStepPath),
                Kind = job.Kind,
                Effects = job.Effects,
                Spec = spec,
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
