using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Jobs;

/// <summary><c>/workspaces/{id}/jobs</c>.</summary>
internal static class JobEndpoints
{
    public static void MapJobEndpoints(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapApi("/workspaces/{workspaceId:guid}/jobs").WithTags("Jobs");
        jobs.MapPost("", CreateAsync).WithName("CreateJob").Requires(Operations.JobSubmit);
        jobs.MapGet("", ListAsync).WithName("ListJobs").Requires(Operations.RunRead);
        jobs.MapGet("/{jobId:guid}", GetAsync).WithName("GetJob").Requires(Operations.RunRead);
        jobs.MapGet("/{jobId:guid}/logs", ReadLogAsync).WithName("GetJobLogs").Requires(Operations.RunRead);
        jobs.MapGet("/{jobId:guid}/explain", ExplainAsync).WithName("ExplainJob").Requires(Operations.RunRead);
        jobs.MapPost("/{jobId:guid}/cancel", CancelAsync).WithName("CancelJob").Requires(Operations.RunCancel);
        jobs.MapPost("/batches", CreateBatchAsync).WithName("CreateJobBatch").Requires(Operations.JobSubmit);
        jobs.MapGet("/batches/{batchId:guid}", GetBatchAsync).WithName("GetJobBatch").Requires(Operations.RunRead);
    }

    private static async Task<Results<Created<JobResponse>, ProblemHttpResult>> CreateAsync(
        Guid workspaceId, CreateJobRequest request, CurrentActor current, JobService jobs, PersonCaps caps, CancellationToken cancellationToken,
        string? wait = null)
    {
        if (!request.ToDraft().TryGet(out var draft, out var invalid))
        {
            return invalid.ToProblem();
        }

        if (!Waits.Read(wait, "job").TryGet(out var time, out var wrong))
        {
            return wrong.ToProblem();
        }

        var actor = await current.GetAsync();
        if (!Waits.Take(caps, actor, time).TryGet(out var waiting, out var full))
        {
            return full.ToProblem();
        }

        using var seat = waiting;
        var made = await jobs.SubmitAsync(actor, workspaceId, draft, time ?? TimeSpan.Zero, cancellationToken);
        return made.TryGet(out var job, out var error)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{workspaceId}/jobs/{job.Job.Id}", JobResponse.From(job))
            : error.ToProblem();
    }

    private static async Task<Results<Ok<Page<JobResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, CurrentActor current, JobService jobs, CancellationToken cancellationToken,
        JobStatusFilter? status = null, int? limit = null, string? cursor = null)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong))
        {
            return wrong.ToProblem();
        }

        var found = await jobs.ListAsync(await current.GetAsync(), workspaceId, status?.Status, page, cancellationToken);
        return found.TryGet(out var list, out var error) ? TypedResults.Ok(list.Select(JobResponse.From)) : error.ToProblem();
    }

    private static async Task<Results<Ok<JobResponse>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid jobId, CurrentActor current, JobService jobs, PersonCaps caps, CancellationToken cancellationToken, string? wait = null)
    {
        if (!Waits.Read(wait, "job").TryGet(out var time, out var wrong))
        {
            return wrong.ToProblem();
        }

        var actor = await current.GetAsync();
        if (!Waits.Take(caps, actor, time).TryGet(out var waiting, out var full))
        {
            return full.ToProblem();
        }

        using var seat = waiting;
        return Answer(await jobs.GetAsync(actor, workspaceId, jobId, time ?? TimeSpan.Zero, cancellationToken));
    }

    private static async Task<Results<Ok<JobLogResponse>, ProblemHttpResult>> ReadLogAsync(
        Guid workspaceId, Guid jobId, CurrentActor current, JobService jobs, CancellationToken cancellationToken)
    {
        var found = await jobs.GetAsync(await current.GetAsync(), workspaceId, jobId, TimeSpan.Zero, cancellationToken);
        return found.TryGet(out var job, out var error)
            ? TypedResults.Ok(new JobLogResponse(job.Log!.Stdout, job.Log.Stderr, job.Log.Ended))
            : error.ToProblem();
    }

    private static async Task<Results<Ok<JobExplanationResponse>, ProblemHttpResult>> ExplainAsync(
        Guid workspaceId, Guid jobId, CurrentActor current, JobService jobs, CancellationToken cancellationToken)
    {
        var explained = await jobs.ExplainAsync(await current.GetAsync(), workspaceId, jobId, cancellationToken);
        return explained.TryGet(out var nodes, out var error) ? TypedResults.Ok(new JobExplanationResponse(nodes)) : error.ToProblem();
    }

    private static async Task<Results<Ok<JobResponse>, ProblemHttpResult>> CancelAsync(
        Guid workspaceId, Guid jobId, CurrentActor current, JobService jobs, CancellationToken cancellationToken) =>
        Answer(await jobs.CancelAsync(await current.GetAsync(), workspaceId, jobId, cancellationToken));

    private static async Task<Results<Created<JobBatchCreatedResponse>, ProblemHttpResult>> CreateBatchAsync(
        Guid workspaceId, CreateJobBatchRequest request, CurrentActor current, JobService jobs, CancellationToken cancellationToken)
    {
        var drafts = new List<JobDraft>();
        foreach (var job in (request.Jobs ?? []).Take(JobRules.MaxBatch + 1))
        {
            if (job is null || job.Kind is null)
            {
                var path = $"jobs[{drafts.Count}].kind";
                return Error.Invalid("job.invalid", path, CreateJobRequest.WithoutKind).ToProblem();
            }

            drafts.Add(job.ToDraft().Value);
        }

        var made = await jobs.SubmitBatchAsync(await current.GetAsync(), workspaceId, drafts, cancellationToken);
        return made.TryGet(out var batch, out var error)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{workspaceId}/jobs/batches/{batch.Id}", new JobBatchCreatedResponse(batch.Id, batch.Count))
            : error.ToProblem();
    }

    private static async Task<Results<Ok<JobBatchResponse>, ProblemHttpResult>> GetBatchAsync(
        Guid workspaceId, Guid batchId, CurrentActor current, JobService jobs, PersonCaps caps, CancellationToken cancellationToken, string? wait = null)
    {
        if (!Waits.Read(wait, "job").TryGet(out var time, out var wrong))
        {
            return wrong.ToProblem();
        }

        var actor = await current.GetAsync();
        if (!Waits.Take(caps, actor, time).TryGet(out var waiting, out var full))
        {
            return full.ToProblem();
        }

        using var seat = waiting;
        var found = await jobs.GetBatchAsync(actor, workspaceId, batchId, time ?? TimeSpan.Zero, cancellationToken);
        return found.TryGet(out var batch, out var error) ? TypedResults.Ok(JobBatchResponse.From(batch)) : error.ToProblem();
    }

    private static Results<Ok<JobResponse>, ProblemHttpResult> Answer(Result<JobView> result) =>
        result.TryGet(out var job, out var error) ? TypedResults.Ok(JobResponse.From(job)) : error.ToProblem();
}
