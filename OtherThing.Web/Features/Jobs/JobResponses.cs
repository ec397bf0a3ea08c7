using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Dispatch;

namespace OtherThing.Web.Features.Jobs;

/// <summary>A job as REST shows it; lists leave the output out.</summary>
public sealed record JobResponse(
    Guid Id,
    Guid WorkspaceId,
    Guid? RunId,
    JobKind Kind,
    JobEffects Effects,
    JobStatus Status,
    Guid? NodeId,
    IReadOnlyList<JobAttempt> Attempts,
    int? ExitCode,
    string? Stdout,
    string? Stderr,
    JobErrorResponse? Error,
    double Seconds,
    DateTime CreatedAt,
    DateTime? StartedAt,
    DateTime? FinishedAt,
    string? Sandbox,
    string? Network)
{
    public static JobResponse From(JobView view) => From(view.Job, view.Log);

    public static JobResponse From(Job job) => From(job, null);

    private static JobResponse From(Job job, JobLog? log) => new(
        job.Id,
        job.WorkspaceId,
        job.RunId,
        job.Kind,
        job.Effects,
        job.Status,
        job.NodeId,
        [.. job.Attempts()],
        job.ExitCode,
        log?.Stdout,
        log?.Stderr,
        job.Error is { } message ? new JobErrorResponse(job.ErrorCode ?? "job.cancelled", message) : null,
        job.Seconds,
        job.CreatedAt,
        job.StartedAt,
        job.FinishedAt,
        job.Sandbox,
        job.Network);
}

/// <summary>Why a job failed: a stable code, such as <c>limit.memory</c>, and words for people.</summary>
public sealed record JobErrorResponse(string Code, string Message);

public sealed record JobLogResponse(string Stdout, string Stderr, bool Ended);

public sealed record JobBatchCreatedResponse(Guid Id, int Count);

public sealed record JobBatchResponse(Guid Id, int Count, int Succeeded, int Failed, bool Done)
{
    public static JobBatchResponse From(JobBatch batch) => new(batch.Id, batch.Count, batch.Succeeded, batch.Failed, batch.Done);
}

public sealed record JobExplanationResponse(IReadOnlyList<NodeVerdict> Nodes);
