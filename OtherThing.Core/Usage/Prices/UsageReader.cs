using System.Text.Json;

namespace OtherThing.Core.Usage.Prices;

/// <summary>Reads the usage out of a provider's answer, as the price table describes it for one API flavour.</summary>
/// <param name="Flavour">The API flavour: <c>chat</c>, <c>responses</c>, <c>default</c>.</param>
/// <param name="ModelPath">Where the model's name is.</param>
/// <param name="Root">Where the usage is.</param>
/// <param name="Mappings">Where each count is; counts of one unit are added up.</param>
public sealed record UsageReader(string Flavour, JsonPath ModelPath, JsonPath Root, IReadOnlyList<UsageMapping> Mappings)
{
    // No call counts more of anything; a number past it is noise that would overflow a price.
    private const decimal MaxCount = 1_000_000_000_000m;

    /// <summary>The counts by unit; null when the answer reports no usage in this flavour's shape.</summary>
    public IReadOnlyDictionary<string, decimal>? Read(JsonElement answer)
    {
        if (Root.Find(answer) is not { ValueKind: JsonValueKind.Object } usage)
        {
            return null;
        }

        var counts = new Dictionary<string, decimal>();
        foreach (var mapping in Mappings)
        {
            if (mapping.Path.Find(usage) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var count) && count is >= 0 and <= MaxCount)
            {
                counts[mapping.Unit] = counts.GetValueOrDefault(mapping.Unit) + count;
            }
            else if (mapping.Required)
            {
                return null;
            }
        }

        return counts.Count > 0 ? counts : null;
    }

    /// <summary>The model the answer names.</summary>
    public string? ReadModel(JsonElement answer) =>
        ModelPath.Find(answer) is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;

    internal static UsageReader Parse(JsonElement extractor) => new(
        extractor.TryGetProperty("api_flavor", out var flavour) ? flavour.GetString()! : "default",
        extractor.TryGetProperty("model_path", out var model) ? JsonPath.Parse(model) : new JsonPath([new JsonPathStep("model", null)]),
        JsonPath.Parse(extractor.GetProperty("root")),
        [
            .. extractor.GetProperty("mappings").EnumerateArray()
                .Select(mapping => new UsageMapping(
                    JsonPath.Parse(mapping.GetProperty("path")),
                    mapping.GetProperty("dest").GetString()!,
                    !mapping.TryGetProperty("required", out var required) || required.GetBoolean()))
                .Where(mapping => PriceUnit.All.ContainsKey(mapping.Unit)),
        ]);
}

/// <summary>Where a count is and what unit it counts.</summary>
public sealed record UsageMapping(JsonPath Path, string Unit, bool Required);

/// <summary>A way through a JSON value: names, and "the item whose field matches".</summary>
public sealed record JsonPath(IReadOnlyList<JsonPathStep> Steps)
{
    /// <summary>The value at the end of the way; null when there is none.</summary>
    public JsonElement? Find(JsonElement from)
    {
        var at = from;
        foreach (var step in Steps)
        {
            if (step.Find(at) is not { } next)
            {
                return null;
            }

            at = next;
        }

        return at;
    }

    internal static JsonPath Parse(JsonElement path) => new(path.ValueKind == JsonValueKind.Array
        ? [.. path.EnumerateArray().Select(JsonPathStep.Parse)]
        : [JsonPathStep.Parse(path)]);
}

/// <summary>One step of a <see cref="JsonPath"/>.</summary>
/// <param name="Name">The field to go into, or to compare within a list's items.</param>
/// <param name="Match">When set, the step picks the first item of a list whose field fulfils it.</param>
public sealed record JsonPathStep(string Name, TextMatch? Match)
{
    internal JsonElement? Find(JsonElement from)
    {
        if (Match is null)
        {
            return from.ValueKind == JsonValueKind.Object && from.TryGetProperty(Name, out var value) ? value : null;
        }

        if (from.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var item in from.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty(Name, out var field)
                && field.ValueKind == JsonValueKind.String
                && Match.Matches(field.GetString()!))
            {
                return item;
            }
        }

        return null;
    }

    internal static JsonPathStep Parse(JsonElement step) => step.ValueKind == JsonValueKind.String
        ? new JsonPathStep(step.GetString()!, null)
        : new JsonPathStep(step.GetProperty("field").GetString()!, TextMatch.Parse(step.GetProperty("match")));
}
