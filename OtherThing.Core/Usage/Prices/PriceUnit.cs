using System.Collections.Frozen;
using System.Text.Json;

namespace OtherThing.Core.Usage.Prices;

/// <summary>One billable unit: what a provider counts and how a price is put on it.</summary>
/// <param name="UsageKey">What is counted: <c>cache_read_tokens</c>.</param>
/// <param name="PriceKey">Its field in a price row: <c>cache_read_mtok</c>.</param>
/// <param name="Per">How many counts one price covers.</param>
/// <param name="Dimensions">What it is; a unit with more dimensions is a part of a unit with fewer.</param>
public sealed record PriceUnit(string UsageKey, string PriceKey, decimal Per, FrozenDictionary<string, string> Dimensions)
{
    /// <summary>The count of one per call that no provider reports.</summary>
    public const string Requests = "requests";

    private static readonly Lazy<FrozenDictionary<string, PriceUnit>> s_all = new(Load);

    private static readonly Lazy<FrozenDictionary<string, PriceUnit>> s_byPriceKey =
        new(() => s_all.Value.Values.ToFrozenDictionary(unit => unit.PriceKey));

    /// <summary>Every unit by its usage key.</summary>
    public static IReadOnlyDictionary<string, PriceUnit> All => s_all.Value;

    /// <summary>The unit a field of a price row prices; null for one that is not known.</summary>
    public static PriceUnit? Find(string priceKey) => s_byPriceKey.Value.GetValueOrDefault(priceKey);

    /// <summary>True when everything counted by the other unit is counted by this one too.</summary>
    public bool Contains(PriceUnit other) =>
        Dimensions.Count < other.Dimensions.Count
        && Dimensions.All(dimension => other.Dimensions.TryGetValue(dimension.Key, out var value) && value == dimension.Value);

    private static FrozenDictionary<string, PriceUnit> Load()
    {
        using var stream = typeof(PriceUnit).Assembly.GetManifestResourceStream("OtherThing.PriceUnits.json")!;
        using var json = JsonDocument.Parse(stream);
        return json.RootElement.EnumerateObject()
            .Select(unit => new PriceUnit(
                unit.Name,
                unit.Value.GetProperty("price_key").GetString()!,
                unit.Value.GetProperty("per").GetDecimal(),
                unit.Value.GetProperty("dimensions").EnumerateObject()
                    .ToFrozenDictionary(dimension => dimension.Name, dimension => dimension.Value.GetString()!)))
            .ToFrozenDictionary(unit => unit.UsageKey);
    }
}
