namespace OtherThing.Core.Usage.Prices;

/// <summary>What a call costs, in dollars.</summary>
/// <param name="Input">What went in.</param>
/// <param name="Output">What came out.</param>
/// <param name="Other">What has no direction: searches, the call itself.</param>
public readonly record struct CallPrice(decimal Input, decimal Output, decimal Other)
{
    /// <summary>All of it.</summary>
    public decimal Total => Input + Output + Other;
}

/// <summary>
/// Puts a row's prices on counts. Counts overlap (cached tokens are also input tokens), so each count is first cut down to what no more
/// specific priced unit covers.
/// </summary>
public static class PriceCalculator
{
    /// <summary>The price; null when the counts contradict each other (a part larger than its whole, or a part without a whole).</summary>
    public static CallPrice? Price(PriceRow row, IReadOnlyDictionary<string, decimal> counts)
    {
        if (Own(row, counts) is not { } own)
        {
            return null;
        }

        var inputTokens = counts.GetValueOrDefault("input_tokens");
        decimal input = 0, output = 0, other = 0;
        foreach (var (unit, price) in row.Prices)
        {
            var cost = price.For(inputTokens) * own[unit.UsageKey] / unit.Per;
            switch (unit.Dimensions.GetValueOrDefault("direction"))
            {
                case "input":
                    input += cost;
                    break;
                case "output":
                    output += cost;
                    break;
                default:
                    other += cost;
                    break;
            }
        }

        return new CallPrice(input, output, other);
    }

    private static Dictionary<string, decimal>? Own(PriceRow row, IReadOnlyDictionary<string, decimal> counts)
    {
        var own = new Dictionary<string, decimal>();
        foreach (var unit in row.Prices.Keys.OrderByDescending(unit => unit.Dimensions.Count))
        {
            if (unit.UsageKey == PriceUnit.Requests)
            {
                own[unit.UsageKey] = 1;
                continue;
            }

            if (!counts.TryGetValue(unit.UsageKey, out var count) && HasCountedPart(unit, counts))
            {
                return null;
            }

            var rest = count - own.Where(part => unit.Contains(PriceUnit.All[part.Key])).Sum(part => part.Value);
            if (rest < 0)
            {
                return null;
            }

            own[unit.UsageKey] = rest;
        }

        return own;
    }

    private static bool HasCountedPart(PriceUnit unit, IReadOnlyDictionary<string, decimal> counts) =>
        counts.Any(count => count.Value > 0 && PriceUnit.All.TryGetValue(count.Key, out var part) && unit.Contains(part));
}
