using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>How a flow may run, beside its document and not in its versions.</summary>
/// <param name="MaxConcurrentRuns">How many of its runs may be under way at once, 1 to 1,000; more stay queued. Null sets no limit.</param>
/// <param name="RunTimeoutSeconds">How long one run may take from its beginning, 1 s to 90 days; then it fails. Null sets no limit.</param>
/// <param name="Paused">True while nothing new starts: triggers, REST and pages are refused, queued runs stay queued.</param>
public sealed record FlowSettings(int? MaxConcurrentRuns = null, int? RunTimeoutSeconds = null, bool Paused = false)
{
    /// <summary>The most runs at once that can be asked for.</summary>
    public const int MostRuns = 1_000;

    /// <summary>The longest time of a run that can be asked for, in seconds (90 days).</summary>
    public const int MostSeconds = 7_776_000;

    /// <summary>No limits.</summary>
    public static FlowSettings None { get; } = new();
}

/// <summary>What changes of a flow's settings; what is not mentioned stays, null lifts a limit.</summary>
public sealed record FlowSettingsChange
{
    /// <summary>See <see cref="FlowSettings.MaxConcurrentRuns"/>.</summary>
    public Optional<int?> MaxConcurrentRuns { get; init; }

    /// <summary>See <see cref="FlowSettings.RunTimeoutSeconds"/>.</summary>
    public Optional<int?> RunTimeoutSeconds { get; init; }

    /// <summary>See <see cref="FlowSettings.Paused"/>.</summary>
    public bool? Paused { get; init; }

    /// <summary>The settings the change was made from; null takes whatever there is.</summary>
    public FlowSettings? From { get; init; }
}
