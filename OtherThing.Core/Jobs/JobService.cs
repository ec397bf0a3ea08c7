using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs;

/// <summary>Jobs as people send and follow them, through REST and pages.</summary>
public sealed partial class JobService(
    IJobStore store, INodeStore nodes, JobDispatcher dispatcher, Door door, AuditLog audit, AccessWatch watch, TimeProvider clock,
    IOptions<NodesOptions> options)
{
    /// <summary>The longest a caller may wait for an end in one request.</summary>
    public static TimeSpan LongestWait { get; } = TimeSpan.FromSeconds(300);

    private const int MostExplained = 5;

    private static Error NotFound { get; } = Error.NotFound("job.not_found", "There is no such job in this workspace.");

    /// <summary>A job and its log, after waiting for its end at most so long.</summary>
    public async Task<Result<JobView>> GetAsync(Actor actor, Guid workspaceId, Guid jobId, TimeSpan wait, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (wait > TimeSpan.Zero && dispatcher.Find(jobId) is { } live && live.Row.WorkspaceId == workspaceId
            && await WaitAsync(actor, workspaceId, Operations.RunRead, live.Ended.Task, wait, cancellationToken, live) is { } gone)
        {
            return gone;
        }

        return await ViewAsync(workspaceId, jobId, cancellationToken);
    }

    /// <summary>A workspace's jobs, newest first.</summary>
    public async Task<Result<Page<Job>>> ListAsync(
        Actor actor, Guid workspaceId, JobStatus? status, PageRequest page, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal
            ? refusal
            : await store.ListAsync(workspaceId, status, page, cancellationToken);

    /// <summary>Stops a job: who sent it, an Admin, or the owner of the machine it runs on.</summary>
    /// <returns>The job, or <c>job.already_ended</c>.</returns>
    public async Task<Result<JobView>> CancelAsync(Actor actor, Guid workspaceId, Guid jobId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.RunCancel, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await store.FindAsync(workspaceId, jobId, cancellationToken) is not { } job)
        {
            return NotFound;
        }

        var host = job.NodeId is { } nodeId ? (await nodes.FindAsync(nodeId, cancellationToken))?.Node.OwnerId : null;
        if (entry.Refuse(job.UserId, host) is { } denied)
        {
            return denied;
        }

        var live = dispatcher.Find(jobId);
        if (!await dispatcher.CancelAsync(jobId, "Cancelled by a member."))
        {
            return Error.Conflict("job.already_ended", "The job has ended already.");
        }

        await audit.AppendAsync(actor, workspaceId, Operations.RunCancel, $"job:{jobId}", null, "job.cancel");
        if (live is not null)
        {
            await EndAsync(live.Ended.Task, TimeSpan.FromSeconds(3), cancellationToken);
        }

        return await ViewAsync(workspaceId, jobId, cancellationToken);
    }

    /// <summary>What each node of the workspace says to a job.</summary>
    public async Task<Result<IReadOnlyList<NodeVerdict>>> ExplainAsync(Actor actor, Guid workspaceId, Guid jobId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (await store.FindAsync(workspaceId, jobId, cancellationToken) is not { } job)
        {
            return NotFound;
        }

        var serving = await nodes.ListServingAsync(workspaceId, cancellationToken);
        return Result<IReadOnlyList<NodeVerdict>>.Success(await dispatcher.ExplainAsync(job, [.. serving.Select(record => record.Node)]));
    }

    /// <summary>Which steps of a run wait for a machine, and why none takes them.</summary>
    public async Task<Result<RunWaits>> ListWaitsAsync(Actor actor, Guid workspaceId, Guid runId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        var waiting = dispatcher.WaitingFor(workspaceId, runId);
        if (waiting.Count == 0)
        {
            return RunWaits.None;
        }

        // The items of a map ask for the same, so that one of them speaks for its step.
        var first = waiting.DistinctBy(job => Items().Replace(job.Row.StepPath ?? "", "")).Take(MostExplained).ToArray();
        var serving = await nodes.ListServingAsync(workspaceId, cancellationToken);
        var explained = new List<RunWait>(first.Length);
        foreach (var job in first)
        {
            var verdicts = await dispatcher.ExplainAsync(job.Row, [.. serving.Select(record => record.Node)]);
            explained.Add(new RunWait(job.Row.StepPath ?? "", job.Row.CreatedAt, verdicts));
        }

        return new RunWaits(waiting.Select(job => job.Row.StepPath ?? "").ToHashSet(StringComparer.Ordinal), explained);
    }

    /// <summary>A batch, after waiting for its end at most so long.</summary>
    public async Task<Result<JobBatch>> GetBatchAsync(
        Actor actor, Guid workspaceId, Guid batchId, TimeSpan wait, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (wait > TimeSpan.Zero
            && await WaitAsync(
                actor, workspaceId, Operations.RunRead, Task.WhenAll(dispatcher.EndsOf(workspaceId, batchId)), wait, cancellationToken) is { } gone)
        {
            return gone;
        }

        return await store.FindBatchAsync(workspaceId, batchId, cancellationToken) is { } batch
            ? batch
            : Error.NotFound("job.batch_not_found", "There is no such batch in this workspace.");
    }

    /// <summary>The last jobs on a node: its owner sees all, members those of their own workspaces if their role allows.</summary>
    public async Task<Result<IReadOnlyList<Job>>> ListOnNodeAsync(Actor actor, Guid nodeId, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.JobHistory).TryGet(out var userId, out var refusal))
        {
            return refusal;
        }

        if (await nodes.FindAsync(nodeId, cancellationToken) is not { Node.OwnerId: { } ownerId } found)
        {
            return NodeErrors.NotFound;
        }

        if (ownerId == userId)
        {
            return Result<IReadOnlyList<Job>>.Success(await store.ListOnNodeAsync(nodeId, null, 50, cancellationToken));
        }

        var roles = await nodes.ListRolesAsync(userId, cancellationToken);
        var shared = found.WorkspaceIds.Where(roles.ContainsKey).ToArray();
        var allowed = shared.Where(id => Operations.JobHistory.For(roles[id]) == Grant.Allow).ToArray();
        return shared.Length == 0 ? NodeErrors.NotFound
            : allowed.Length == 0 ? NodeErrors.OwnerOnly
            : Result<IReadOnlyList<Job>>.Success(await store.ListOnNodeAsync(nodeId, allowed, 50, cancellationToken));
    }

    /// <summary>What each node of the workspace would say to a job that does not exist: nothing is queued.</summary>
    /// <returns>The verdicts, or <c>job.invalid</c> when the requirements are no requirements.</returns>
    public async Task<Result<IReadOnlyList<NodeVerdict>>> ExplainAsync(
        Actor actor, Guid workspaceId, JobKind kind, JobRequirements requirements, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (JobRules.Check(requirements) is { } invalid)
        {
            return invalid;
        }

        var imagined = Make(new JobDraft(kind, JobEffects.Once, new JobSpec { Requirements = requirements }), workspaceId, entry.UserId, batchId: null);
        var serving = await nodes.ListServingAsync(workspaceId, cancellationToken);
        return Result<IReadOnlyList<NodeVerdict>>.Success(await dispatcher.ExplainAsync(imagined, [.. serving.Select(record => record.Node)]));
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Items();

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    private async Task<Result<JobView>> ViewAsync(Guid workspaceId, Guid jobId, CancellationToken cancellationToken)
    {
        var waiting = dispatcher.Find(jobId) is { } live && live.Row.WorkspaceId == workspaceId ? await dispatcher.UnwrittenLogAsync(jobId) : [];
        if (await store.FindAsync(workspaceId, jobId, cancellationToken) is not { } job)
        {
            return NotFound;
        }

        var log = job.AttemptId is { } attemptId ? await store.ReadLogAsync(attemptId, cancellationToken) : [];
        log = [.. log, .. waiting.Where(row => !log.Any(stored => stored.Stream == row.Stream && stored.Offset >= row.Offset))];
        return new JobView(job, new JobLog(JobResults.Text(log, LogSource.Stdout), JobResults.Text(log, LogSource.Stderr), job.Status.IsFinal()));
    }

    /// <returns>Null when the time is up or it has ended, else why the actor may not have the answer any more.</returns>
    private async Task<Error?> WaitAsync(
        Actor actor, Guid workspaceId, Operation operation, Task ended, TimeSpan wait, CancellationToken cancellationToken, LiveJob? live = null)
    {
        if (ended.IsCompleted)
        {
            return null;
        }

        var waited = await watch.WhileAsync(
            actor,
            workspaceId,
            operation,
            async token =>
            {
                await EndAsync(ended, wait, token);
                return true;
            },
            cancellationToken);
        // It may have been stopped because the person lost access, before anybody was told so.
        return waited.Error
            ?? (live?.Row.Status == JobStatus.Cancelled ? (await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).Error : null);
    }

    private static async Task EndAsync(Task ended, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await ended.WaitAsync(wait < LongestWait ? wait : LongestWait, cancellationToken);
        }
        catch (TimeoutException)
        {
            // the caller gets what there is by now
        }
    }
}

/// <summary>A job as a person asks for it.</summary>
/// <param name="Kind">What sort of work.</param>
/// <param name="Effects">How its effect may be repeated.</param>
/// <param name="Spec">What to do.</param>
public sealed record JobDraft(JobKind Kind, JobEffects Effects, JobSpec Spec);

/// <summary>A job as a caller sees it.</summary>
/// <param name="Job">The job.</param>
/// <param name="Log">What it put out so far; null when that was not asked for.</param>
public sealed record JobView(Job Job, JobLog? Log);

/// <summary>What a job put out.</summary>
/// <param name="Stdout">Standard output; gaps say how much is missing.</param>
/// <param name="Stderr">Standard error.</param>
/// <param name="Ended">True when no more will come.</param>
public sealed record JobLog(string Stdout, string Stderr, bool Ended);
