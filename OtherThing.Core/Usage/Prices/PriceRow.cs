using System.Globalization;
using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Usage.Prices;

/// <summary>What a model costs under one condition: a price per unit, each flat or in steps.</summary>
/// <param name="Id">Names the row within its model: <c>base</c>, <c>from 2026-09-01</c>, <c>00:30-16:30 UTC</c>.</param>
/// <param name="When">The condition; null holds always.</param>
/// <param name="Prices">The price of each unit.</param>
public sealed record PriceRow(string Id, PriceCondition? When, IReadOnlyDictionary<PriceUnit, UnitPrice> Prices)
{
    internal static IReadOnlyList<PriceRow> ParseAll(JsonElement prices, bool tiersIncludeStart) =>
        prices.ValueKind == JsonValueKind.Array
            ? [.. prices.EnumerateArray().Select(row => Parse(row, tiersIncludeStart))]
            : [new PriceRow("base", null, ParsePrices(prices, tiersIncludeStart))];

    private static PriceRow Parse(JsonElement row, bool tiersIncludeStart)
    {
        var when = row.TryGetProperty("constraint", out var constraint) && constraint.ValueKind == JsonValueKind.Object
            ? PriceCondition.Parse(constraint)
            : null;
        return new PriceRow(when?.ToString() ?? "base", when, ParsePrices(row.GetProperty("prices"), tiersIncludeStart));
    }

    // A unit this version does not know is left out rather than refused: the rest of the row is still right for what it prices.
    private static Dictionary<PriceUnit, UnitPrice> ParsePrices(JsonElement prices, bool tiersIncludeStart) => prices.EnumerateObject()
        .Where(price => price.Value.ValueKind != JsonValueKind.Null && PriceUnit.Find(price.Name) is not null)
        .ToDictionary(price => PriceUnit.Find(price.Name)!, price => UnitPrice.Parse(price.Value, tiersIncludeStart));
}

/// <summary>The price of one unit in dollars.</summary>
/// <param name="Base">Below the first step.</param>
/// <param name="Steps">Cliffs: crossing one re-prices everything of the call.</param>
public sealed record UnitPrice(decimal Base, IReadOnlyList<PriceStep> Steps)
{
    /// <summary>The price that holds for a call with so many input tokens.</summary>
    public decimal For(decimal inputTokens)
    {
        var price = Base;
        foreach (var step in Steps)
        {
            if (inputTokens > step.Start || (step.IncludesStart && inputTokens == step.Start))
            {
                price = step.Price;
            }
        }

        return price;
    }

    internal static UnitPrice Parse(JsonElement price, bool tiersIncludeStart) => price.ValueKind == JsonValueKind.Number
        ? new UnitPrice(price.GetDecimal(), [])
        : new UnitPrice(price.GetProperty("base").GetDecimal(), [.. price.GetProperty("tiers").EnumerateArray()
            .Select(step => new PriceStep(step.GetProperty("start").GetDecimal(), step.GetProperty("price").GetDecimal(), tiersIncludeStart))]);
}

/// <summary>From how many input tokens on another price holds.</summary>
/// <param name="Start">The boundary.</param>
/// <param name="Price">The price past it.</param>
/// <param name="IncludesStart">Whether a call of exactly that size pays the new price already.</param>
public readonly record struct PriceStep(decimal Start, decimal Price, bool IncludesStart);

/// <summary>When a row holds: from a day on, or within hours of the day (UTC).</summary>
public sealed record PriceCondition(DateTime? From, TimeOnly? Start, TimeOnly? End)
{
    /// <summary>True when it holds at that moment (UTC).</summary>
    public bool Holds(DateTime utc)
    {
        if (From is { } from)
        {
            return utc >= from;
        }

        // IsBetween takes the start in and the end out, and understands ranges over midnight.
        return TimeOnly.FromDateTime(utc).IsBetween(Start!.Value, End!.Value);
    }

    /// <inheritdoc/>
    public override string ToString() => From is { } from
        ? string.Create(CultureInfo.InvariantCulture, $"from {from:yyyy-MM-dd}")
        : string.Create(CultureInfo.InvariantCulture, $"{Start:HH\\:mm}-{End:HH\\:mm} UTC");

    internal static PriceCondition Parse(JsonElement constraint) => constraint.TryGetProperty("start_date", out var date)
        ? new PriceCondition(Utc(date.GetString()!), null, null)
        : new PriceCondition(null, Time(constraint.GetProperty("start_time")), Time(constraint.GetProperty("end_time")));

    private static DateTime Utc(string date) =>
        TimeText.TryRead(date, out var utc) ? utc : throw new FormatException($"The price table has '{date}' where a time is due.");

    private static TimeOnly Time(JsonElement time) => TimeOnly.FromDateTime(Utc("2000-01-01T" + time.GetString()));
}
