using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Payloads;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>Reads what another product wrote: nothing in it is taken for granted.</summary>
internal static class ForeignJson
{
    /// <summary>JSON inside a text of another file leaves room for what is around that text.</summary>
    private const int DeepestText = 32;

    public static JsonElement Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static JsonElement Get(this JsonElement element, string first, string second) => element.Get(first).Get(second);

    /// <summary>A string; a number as text; null for anything else.</summary>
    public static string? Text(this JsonElement element, string name) => element.Get(name).AsText();

    public static string? AsText(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    public static bool Flag(this JsonElement element, string name, bool otherwise = false) => element.Get(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } text => text.GetString() == "true",
        _ => otherwise,
    };

    public static double? Number(this JsonElement element, string name) => element.Get(name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) => value,
        { ValueKind: JsonValueKind.String } text when double.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value) =>
            value,
        _ => null,
    };

    public static IReadOnlyList<JsonElement> List(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : [];

    public static IReadOnlyList<JsonElement> List(this JsonElement element, string name) => element.Get(name).List();

    /// <summary>The JSON a text holds; null when it holds none.</summary>
    public static JsonNode? TryParse(string text) =>
        PayloadJson.TryRead(text, out var value, out _, DeepestText) ? JsonNode.Parse(value.GetRawText()) : null;

    /// <summary>Every string in a value, changed.</summary>
    public static JsonNode? MapStrings(JsonNode? value, Func<string, string> change) => value switch
    {
        JsonObject group => new JsonObject(group.Select(pair => KeyValuePair.Create(pair.Key, MapStrings(pair.Value, change)))),
        JsonArray items => new JsonArray([.. items.Select(item => MapStrings(item, change))]),
        JsonValue text when text.GetValueKind() == JsonValueKind.String => JsonValue.Create(change(text.GetValue<string>())),
        _ => value?.DeepClone(),
    };
}
