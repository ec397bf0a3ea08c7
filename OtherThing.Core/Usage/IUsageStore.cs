using OtherThing.Core.Results;

namespace OtherThing.Core.Usage;

/// <summary>Which entries are meant; null takes all.</summary>
public sealed record UsageFilter
{
    /// <summary>From this moment on (UTC, included).</summary>
    public DateTime? From { get; init; }

    /// <summary>Up to this moment (UTC, excluded).</summary>
    public DateTime? To { get; init; }

    /// <summary>One kind of thing.</summary>
    public UsageType? Type { get; init; }

    /// <summary>One provider.</summary>
    public string? Provider { get; init; }

    /// <summary>One model.</summary>
    public string? Model { get; init; }

    /// <summary>One flow.</summary>
    public Guid? FlowId { get; init; }

    /// <summary>One run.</summary>
    public Guid? RunId { get; init; }

    /// <summary>One member.</summary>
    public Guid? UserId { get; init; }

    /// <summary>One node.</summary>
    public Guid? NodeId { get; init; }

    /// <summary>One key.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>Keys that this member contributed.</summary>
    public Guid? KeysOf { get; init; }
}

/// <summary>What a summary groups by.</summary>
public enum UsageGrouping
{
    /// <summary>Kind of thing.</summary>
    Type,

    /// <summary>Provider.</summary>
    Provider,

    /// <summary>Model.</summary>
    Model,

    /// <summary>Member.</summary>
    User,

    /// <summary>Flow.</summary>
    Flow,

    /// <summary>Node.</summary>
    Node,

    /// <summary>Key.</summary>
    Key,

    /// <summary>UTC day.</summary>
    Day,
}

/// <summary>One group of a summary.</summary>
/// <param name="Key">The value grouped by; empty for entries that have none.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Tokens">Tokens in and out.</param>
/// <param name="ComputeSeconds">Seconds on nodes.</param>
/// <param name="Cost">What the entries cost together.</param>
public sealed record UsageGroup(string Key, string Label, long Tokens, double ComputeSeconds, Cost Cost)
{
    /// <summary>How many entries.</summary>
    public long Entries => Cost.Calls;

    /// <summary>The cost of those that have a price, in cents with up to 8 decimals; null when there are entries and none has one.</summary>
    public decimal? CostCents => Cost.Kind == CostKind.Unpriced ? null : Money.CentsOf(Cost.Known);
}

/// <summary>Keeps usage entries; they are only ever added.</summary>
public interface IUsageStore
{
    /// <summary>Adds an entry; false when the workspace has one with that call id.</summary>
    Task<bool> TryAddAsync(UsageEntry entry, CancellationToken cancellationToken);

    /// <summary>A page of entries, newest first.</summary>
    Task<Page<UsageEntry>> ListAsync(Guid workspaceId, UsageFilter filter, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Sums by group, the dearest first (days in order of time).</summary>
    Task<IReadOnlyList<UsageGroup>> SummarizeAsync(
        Guid workspaceId, UsageFilter filter, UsageGrouping groupBy, CancellationToken cancellationToken);

    /// <summary>Sums by UTC day and group, for a chart: (day, group).</summary>
    Task<IReadOnlyList<(DateOnly Day, UsageGroup Group)>> SummarizeByDayAsync(
        Guid workspaceId, UsageFilter filter, UsageGrouping groupBy, CancellationToken cancellationToken);
}
