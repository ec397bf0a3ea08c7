using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Kinds;
using OtherThing.Core.Results;
using OtherThing.Web.Features.Jobs.Kinds;

namespace OtherThing.Web.Features.Jobs;

/// <summary>A job as REST takes it: what holds for all kinds of work; what is one kind's own is in its folder below <c>Kinds</c>.</summary>
public sealed partial record CreateJobRequest
{
    public JobKind? Kind { get; init; }

    public string? Stdin { get; init; }

    public IReadOnlyDictionary<string, string>? Env { get; init; }

    public JobRequirements? Requirements { get; init; }

    public JobEffects? Effects { get; init; }

    public int? TimeoutSeconds { get; init; }

    /// <summary>What is said of a job without a kind.</summary>
    internal static string WithoutKind { get; } = $"kind must be {JobKinds.Words}.";

    public Result<JobDraft> ToDraft()
    {
        if (Kind is not { } kind)
        {
            return Error.Invalid("job.invalid", "kind", WithoutKind);
        }

        var spec = new JobSpec
        {
            Stdin = Stdin,
            Env = Env ?? new Dictionary<string, string>(),
            Requirements = Requirements ?? new JobRequirements(),
            TimeoutSeconds = TimeoutSeconds ?? 600,
        };
        return new JobDraft(kind, Effects ?? JobEffects.Once, JobKinds.Of(kind).Complete(JobShapes.Read(this, spec)));
    }
}

public sealed record CreateJobBatchRequest(IReadOnlyList<CreateJobRequest?>? Jobs);
