using OtherThing.Core.Results;

namespace OtherThing.Core.Runs.Journal;

/// <summary>How long a workspace keeps runs that have ended. What they used stays in the ledger for good.</summary>
/// <param name="Days">Runs that ended longer ago than this many days are deleted; 1 to 3,650.</param>
/// <param name="Runs">Of the ended runs the newest so many are kept; 1 to 1,000,000.</param>
public sealed record RunRetention(int Days, int Runs)
{
    /// <summary>What a new workspace begins with.</summary>
    public static RunRetention Default { get; } = new(30, 10_000);

    /// <summary>The most days.</summary>
    public const int MostDays = 3_650;

    /// <summary>The most runs.</summary>
    public const int MostRuns = 1_000_000;

    /// <summary>True when this keeps less than another, so that history may be lost by it.</summary>
    public bool KeepsLessThan(RunRetention other) => Days < other.Days || Runs < other.Runs;
}

/// <summary>What changes of it; null leaves a thing as it is.</summary>
/// <param name="Days">1 to 3,650.</param>
/// <param name="Runs">1 to 1,000,000.</param>
public sealed record RunRetentionChange(int? Days = null, int? Runs = null)
{
    /// <summary>What is wrong with it, field by field; empty when nothing is.</summary>
    public IEnumerable<FieldError> Check()
    {
        if (Days is < 1 or > RunRetention.MostDays)
        {
            yield return new FieldError("retention.days", $"Runs are kept for 1 to {RunRetention.MostDays:N0} days.");
        }

        if (Runs is < 1 or > RunRetention.MostRuns)
        {
            yield return new FieldError("retention.runs", $"1 to {RunRetention.MostRuns:N0} runs are kept.");
        }
    }

    /// <summary>What it makes of what was.</summary>
    public RunRetention ApplyTo(RunRetention retention) => new(Days ?? retention.Days, Runs ?? retention.Runs);
}
