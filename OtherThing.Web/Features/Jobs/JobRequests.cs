using OtherThing.Core.Jobs;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Jobs;

/// <summary>A job as REST takes it.</summary>
public sealed record CreateJobRequest(
    JobKind? Kind,
    IReadOnlyList<string>? Command,
    string? Script,
    string? Shell,
    string? Stdin,
    IReadOnlyDictionary<string, string>? Env,
    JobRequirements? Requirements,
    JobEffects? Effects,
    int? TimeoutSeconds)
{
    public Result<JobDraft> ToDraft() => Kind is { } kind
        ? new JobDraft(
            kind,
            Effects ?? JobEffects.Once,
            new JobSpec
            {
                Command = Command ?? [],
                Script = Script,
                Shell = Shell ?? (kind == JobKind.Script ? "sh" : null),
                Stdin = Stdin,
                Env = Env ?? new Dictionary<string, string>(),
                Requirements = Requirements ?? new JobRequirements(),
                TimeoutSeconds = TimeoutSeconds ?? 600,
            })
        : Error.Invalid("job.invalid", "kind", "kind must be command, script or noop.");
}

public sealed record CreateJobBatchRequest(IReadOnlyList<CreateJobRequest?>? Jobs);
