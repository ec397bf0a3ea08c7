using System.Globalization;
using OtherThing.Core.Usage;

namespace OtherThing.Web.Features.Usage;

/// <summary>What a chart of usage measures.</summary>
public enum UsageMeasure
{
    Cost,
    Tokens,
    Seconds,
    Entries,
}

/// <summary>Usage as people read it.</summary>
internal static class UsageWords
{
    public static string Title(UsageMeasure measure) => measure switch
    {
        UsageMeasure.Cost => "Cost",
        UsageMeasure.Tokens => "Tokens",
        UsageMeasure.Seconds => "Compute time",
        _ => "Entries",
    };

    public static string Title(UsageGrouping grouping) => grouping switch
    {
        UsageGrouping.Type => "Kind",
        UsageGrouping.User => "Member",
        UsageGrouping.Node => "Machine",
        _ => grouping.ToString(),
    };

    public static double Value(UsageGroup group, UsageMeasure measure) => measure switch
    {
        UsageMeasure.Cost => (double)(group.CostCents ?? 0),
        UsageMeasure.Tokens => group.Tokens,
        UsageMeasure.Seconds => group.ComputeSeconds,
        _ => group.Entries,
    };

    public static string Say(double value, UsageMeasure measure) => measure switch
    {
        UsageMeasure.Cost => Money.FromCents((decimal)value).ToString(),
        UsageMeasure.Seconds => Seconds(value),
        _ => Count(value),
    };

    public static string Label(UsageGroup group, UsageGrouping grouping) => grouping == UsageGrouping.Type
        ? group.Label switch { "api_call" => "API calls", "compute" => "Compute", "storage" => "Storage", var other => other }
        : group.Label;

    public static string Seconds(double seconds) => seconds switch
    {
        0 => "0 s",
        < 60 => seconds.ToString("0.##", CultureInfo.InvariantCulture) + " s",
        < 3_600 => (seconds / 60).ToString("0.#", CultureInfo.InvariantCulture) + " min",
        _ => (seconds / 3_600).ToString("#,0.#", CultureInfo.InvariantCulture) + " h",
    };

    public static string Count(double value) => value switch
    {
        < 10_000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        < 1_000_000 => (value / 1_000).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        _ => (value / 1_000_000).ToString("#,0.#", CultureInfo.InvariantCulture) + "M",
    };
}
