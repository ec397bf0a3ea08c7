namespace OtherThing.Core.Jobs;

/// <summary>What a job does: what holds for all kinds of work; what is one kind's own is in its folder below <c>Kinds</c>.</summary>
public sealed partial record JobSpec
{
    /// <summary>What the process reads from standard input; null for none.</summary>
    public string? Stdin { get; init; }

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>What the node must have.</summary>
    public JobRequirements Requirements { get; init; } = new();

    /// <summary>Wall-clock limit, in seconds.</summary>
    public int TimeoutSeconds { get; init; } = 600;
}
