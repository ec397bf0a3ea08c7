namespace OtherThing.Web.Features.Jobs;

public sealed partial record CreateJobRequest
{
    public string? Script { get; init; }

    public string? Shell { get; init; }
}
