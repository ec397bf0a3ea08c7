using System.Text.Json;
using System.Text.RegularExpressions;

namespace OtherThing.Core.Usage.Prices;

/// <summary>The price table (genai-prices, v2 format): providers, their models, dated rows, and how each provider reports usage.</summary>
public sealed class PriceTable
{
    // These bill the higher step from its first token on; the table names the boundary and not the side it belongs to.
    private static readonly HashSet<string> s_stepsIncludeStart = ["openai"];

    private readonly Dictionary<string, PricedProvider> _providers;

    private PriceTable(string version, IEnumerable<PricedProvider> providers) =>
        (Version, _providers) = (version, providers.ToDictionary(provider => provider.Id));

    /// <summary>The table that ships with this version.</summary>
    public static PriceTable Shipped { get; } = LoadShipped();

    /// <summary>Names the table on every entry priced by it.</summary>
    public string Version { get; }

    /// <summary>Reads a table.</summary>
    /// <param name="json">A JSON list of providers in the v2 format.</param>
    /// <param name="version">What to call it.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">It is not in the format.</exception>
    public static PriceTable Parse(Stream json, string version)
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            return new PriceTable(version, document.RootElement.EnumerateArray().Select(PricedProvider.Parse));
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException("The price table is not in the genai-prices v2 format: " + wrong.Message, wrong);
        }
    }

    /// <summary>A provider by its id in the table; null when the table has none.</summary>
    public PricedProvider? FindProvider(string id) => _providers.GetValueOrDefault(id);

    /// <summary>The provider a base URL belongs to; null when the table knows none.</summary>
    public PricedProvider? FindProvider(Uri baseUrl) =>
        _providers.Values.FirstOrDefault(provider => provider.ApiPattern?.IsMatch(baseUrl.AbsoluteUri) == true);

    /// <summary>A model of a provider, also one it resells from another provider; null when it has no price.</summary>
    public PricedModel? FindModel(PricedProvider provider, string model) =>
        provider.FindModel(model)
        ?? provider.Fallbacks.Select(FindProvider).Select(fallback => fallback?.FindModel(model)).FirstOrDefault(found => found is not null);

    internal static bool StepsIncludeStart(string providerId) => s_stepsIncludeStart.Contains(providerId);

    private static PriceTable LoadShipped()
    {
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream("OtherThing.Prices.json")!;
        return Parse(stream, "genai-prices 2026-08-21");
    }
}

/// <summary>A provider in the price table.</summary>
/// <param name="Id">Its id: <c>openai</c>.</param>
/// <param name="ApiPattern">Which base URLs are its own.</param>
/// <param name="Models">Its models, first match wins.</param>
/// <param name="Fallbacks">Providers whose prices hold for models it resells.</param>
/// <param name="Readers">How its answers report usage, one per API flavour.</param>
public sealed record PricedProvider(
    string Id, Regex? ApiPattern, IReadOnlyList<PricedModel> Models, IReadOnlyList<string> Fallbacks, IReadOnlyList<UsageReader> Readers)
{
    /// <summary>The model a name refers to.</summary>
    public PricedModel? FindModel(string model)
    {
        // Names are lower case in the table; providers accept them in any case.
        var name = model.Trim().ToLowerInvariant();
        return Models.FirstOrDefault(candidate => candidate.Match.Matches(name));
    }

    /// <summary>How an API flavour of this provider reports usage.</summary>
    public UsageReader? FindReader(string flavour) => Readers.FirstOrDefault(reader => reader.Flavour == flavour);

    internal static PricedProvider Parse(JsonElement provider)
    {
        var id = provider.GetProperty("id").GetString()!;
        return new PricedProvider(
            id,
            provider.TryGetProperty("api_pattern", out var pattern)
                ? new Regex(pattern.GetString()!, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100))
                : null,
            [.. provider.GetProperty("models").EnumerateArray().Select(model => PricedModel.Parse(model, PriceTable.StepsIncludeStart(id)))],
            [.. Items(provider, "fallback_model_providers").Select(fallback => fallback.GetString()!)],
            [.. Items(provider, "extractors").Select(UsageReader.Parse)]);
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
}

/// <summary>A model in the price table.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Match">Which names mean it.</param>
/// <param name="Rows">Its prices; of those that hold, the last counts.</param>
public sealed record PricedModel(string Id, TextMatch Match, IReadOnlyList<PriceRow> Rows)
{
    /// <summary>The row that holds at a moment (UTC).</summary>
    public PriceRow RowAt(DateTime utc) => Rows.LastOrDefault(row => row.When?.Holds(utc) != false) ?? Rows[0];

    internal static PricedModel Parse(JsonElement model, bool tiersIncludeStart) => new(
        model.GetProperty("id").GetString()!,
        TextMatch.Parse(model.GetProperty("match")),
        PriceRow.ParseAll(model.GetProperty("prices"), tiersIncludeStart));
}
