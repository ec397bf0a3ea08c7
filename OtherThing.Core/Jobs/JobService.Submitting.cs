using OtherThing.Core.Access;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>Sending jobs, one or a thousand at once.</summary>
public sealed partial class JobService
{
    /// <summary>Queues a job and waits for its end at most so long.</summary>
    /// <returns>The job, or <c>job.invalid</c>, <c>job.too_large</c>, <c>job.node_unknown</c>, <c>job.queue_full</c>, <c>job.not_kept</c>.</returns>
    public async Task<Result<JobView>> SubmitAsync(
        Actor actor, Guid workspaceId, JobDraft draft, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.JobSubmit, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await RefuseAsync(workspaceId, [draft], cancellationToken) is { } invalid)
        {
            return invalid;
        }

        var job = Make(draft, workspaceId, entry.UserId, batchId: null);
        LiveJob live;
        try
        {
            live = await dispatcher.SubmitAsync(job, CancellationToken.None); // it is on its way: whoever hangs up does not take it back
        }
        catch (RowRefusedException refused)
        {
            return JobRules.NotKept(refused);
        }

        audit.Post(actor, workspaceId, Operations.JobSubmit, $"job:{job.Id}", null);
        try
        {
            if (wait > TimeSpan.Zero && await WaitAsync(actor, workspaceId, Operations.JobSubmit, live.Ended.Task, wait, cancellationToken, live) is { } gone)
            {
                return gone;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whoever waited is gone, or the server stops: who asks again with the same key is to hear of this job.
        }

        return live.Ended.Task.IsCompletedSuccessfully
            ? new JobView(live.Row, new JobLog(live.Ended.Task.Result.Stdout, live.Ended.Task.Result.Stderr, Ended: true))
            : new JobView(live.Row, null);
    }

    /// <summary>Queues up to a thousand jobs at once.</summary>
    /// <returns>The batch, or <c>job.batch_invalid</c> and the refusals of <see cref="SubmitAsync"/> with the job's place in the path.</returns>
    public async Task<Result<JobBatch>> SubmitBatchAsync(
        Actor actor, Guid workspaceId, IReadOnlyList<JobDraft> drafts, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.JobSubmit, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (drafts.Count is 0 or > JobRules.MaxBatch)
        {
            return Error.Invalid("job.batch_invalid", "jobs", $"jobs must hold 1 to {JobRules.MaxBatch} jobs.");
        }

        if (await RefuseAsync(workspaceId, drafts, cancellationToken) is { } invalid)
        {
            return invalid;
        }

        var batch = new JobBatch { Id = Guid.CreateVersion7(), WorkspaceId = workspaceId, UserId = entry.UserId, Count = drafts.Count, CreatedAt = Now };
        try
        {
            await dispatcher.SubmitAsync(batch, [.. drafts.Select(draft => Make(draft, workspaceId, entry.UserId, batch.Id))], CancellationToken.None);
        }
        catch (RowRefusedException refused)
        {
            return JobRules.NotKept(refused);
        }

        audit.Post(actor, workspaceId, Operations.JobSubmit, $"batch:{batch.Id}", $"{drafts.Count} jobs");
        return batch;
    }

    private async Task<Error?> RefuseAsync(Guid workspaceId, IReadOnlyList<JobDraft> drafts, CancellationToken cancellationToken)
    {
        if (dispatcher.WaitingIn(workspaceId) + drafts.Count > options.Value.QueueLength)
        {
            return new Error(ErrorKind.TooMany, "job.queue_full", $"This workspace has {options.Value.QueueLength} jobs waiting already.")
            {
                RetryAfter = TimeSpan.FromSeconds(10),
            };
        }

        IReadOnlyList<Guid>? serving = null;
        for (var index = 0; index < drafts.Count; index++)
        {
            var refusal = JobRules.Check(drafts[index].Kind, drafts[index].Spec);
            if (refusal is null && drafts[index].Spec.Requirements.NodeId is { } nodeId)
            {
                serving ??= await nodes.ListServingIdsAsync(workspaceId, cancellationToken);
                refusal = serving.Contains(nodeId)
                    ? null
                    : JobErrors.NodeUnknown;
            }

            if (refusal is not null)
            {
                return drafts.Count == 1 ? refusal : Within(refusal, index);
            }
        }

        return null;
    }

    private static Error Within(Error refusal, int index) =>
        refusal with { Fields = [.. refusal.Fields.Select(field => field with { Path = $"jobs[{index}].{field.Path}" })] };

    private Job Make(JobDraft draft, Guid workspaceId, Guid userId, Guid? batchId) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = workspaceId,
        UserId = userId,
        BatchId = batchId,
        Kind = draft.Kind,
        Effects = draft.Effects,
        Spec = draft.Spec,
        CreatedAt = Now,
    };
}
