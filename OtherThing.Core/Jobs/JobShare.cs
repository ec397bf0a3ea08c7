namespace OtherThing.Core.Jobs;

/// <summary>
/// The open jobs that one owner answers for. One server serves a database, and its dispatcher answers for all of them; who reads open jobs
/// says whose all the same, so that nobody takes another owner's jobs for lost ones of its own.
/// </summary>
public sealed record JobShare
{
    /// <summary>Every open job.</summary>
    public static JobShare Everything { get; } = new();

    /// <summary>The nodes whose attempts are its own; null for those of every node.</summary>
    public IReadOnlyCollection<Guid>? NodeIds { get; init; }

    /// <summary>True when the jobs that wait for a node are its own, too.</summary>
    public bool WithQueue { get; init; } = true;
}
