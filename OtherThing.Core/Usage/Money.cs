using System.Globalization;

namespace OtherThing.Core.Usage;

/// <summary>An amount of US money, exact to 1e-8 cents (1e-10 dollars); rounded for display only.</summary>
/// <param name="Units">The amount in 1e-8 cents.</param>
public readonly record struct Money(long Units)
{
    /// <summary>Units in one cent.</summary>
    public const long UnitsPerCent = 100_000_000;

    /// <summary>The largest amount that is kept, in cents: ten million dollars.</summary>
    public const decimal MaxCents = 1_000_000_000m;

    /// <summary>The amount in cents, with up to 8 decimals.</summary>
    public decimal Cents => CentsOf(Units);

    /// <summary>The amount in dollars, with up to 10 decimals.</summary>
    public decimal Dollars => (decimal)Units / UnitsPerCent / 100;

    /// <summary>An amount in dollars, rounded to the nearest 1e-10 dollars.</summary>
    public static Money FromDollars(decimal dollars) => FromCents(dollars * 100);

    /// <summary>An amount in cents, rounded to the nearest 1e-8 cents.</summary>
    public static Money FromCents(decimal cents) =>
        new((long)decimal.Round(cents * UnitsPerCent, 0, MidpointRounding.ToEven));

    /// <summary>Units as cents; null stays null (no price is not zero).</summary>
    public static decimal? CentsOf(long? units) => units is { } known ? CentsOf(known) : null;

    /// <summary>Units as cents.</summary>
    public static decimal CentsOf(long units) => (decimal)units / UnitsPerCent;

    /// <summary>As people read it: <c>$12.40</c>, <c>0.12 ¢</c>, <c>$0</c>.</summary>
    public override string ToString() => Cents switch
    {
        0 => "$0",
        >= 100 or <= -100 => "$" + Dollars.ToString("#,0.00", CultureInfo.InvariantCulture),
        >= 1 or <= -1 => Cents.ToString("0.##", CultureInfo.InvariantCulture) + " ¢",
        _ => Cents.ToString("0.####", CultureInfo.InvariantCulture) is var small && small is "0" or "-0"
            ? "< 0.0001 ¢"
            : Cents.ToString("0.####", CultureInfo.InvariantCulture) + " ¢",
    };
}
