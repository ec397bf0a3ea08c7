namespace OtherThing.Web.Features.Jobs;

public sealed partial record CreateJobRequest
{
    public IReadOnlyList<string>? Command { get; init; }
}
