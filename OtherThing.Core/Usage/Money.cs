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

    /// <summary>
    /// As people read it where it counts to the last: <c>$12.40</c>, <c>$1,234.50</c>; below a dollar to two digits that count, <c>$0.00016</c>;
    /// <c>$0</c> for nothing, <c>&lt; $0.000001</c> for less than that.
    /// </summary>
    public override string ToString()
    {
        var (sign, dollars) = (Units < 0 ? "-" : "", Math.Abs(Dollars));
        return dollars switch
        {
            0 => "$0",
            < 0.000001m => "< $0.000001",
            >= 1 => $"{sign}${dollars.ToString("#,0.00", CultureInfo.InvariantCulture)}",
            _ => $"{sign}${decimal.Round(dollars, DigitsFor(dollars), MidpointRounding.AwayFromZero).ToString("0.00########", CultureInfo.InvariantCulture)}",
        };
    }

    /// <summary>The same at a glance, for a chip, a headline figure or a row of a long list: to the cent, and <c>&lt; 1 ¢</c> for less than one.</summary>
    public string ToGlance() => Dollars switch
    {
        0 => "$0",
        > 0 and < 0.01m => "< 1 ¢",
        > -0.01m and < 0 => "> -1 ¢",
        var dollars => $"{(dollars < 0 ? "-" : "")}${Math.Abs(dollars).ToString("#,0.00", CultureInfo.InvariantCulture)}",
    };

    /// <summary>Decimals that leave at least two digits after the zeros, and the cents.</summary>
    private static int DigitsFor(decimal dollars)
    {
        var digits = 2;
        for (var rest = dollars * 10; rest < 1; rest *= 10)
        {
            digits++;
        }

        return digits;
    }
}
