using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Payloads;

namespace OtherThing.Core.Results;

/// <summary>The one way OtherThing writes JSON: camelCase, enums in lower_snake, UTC times, no nulls dropped.</summary>
public static class Json
{
    private static readonly JsonDocumentOptions s_kept = new() { MaxDepth = PayloadLimits.KeptDepth };

    /// <summary>Options for everything that leaves or enters the process as JSON.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: false);

    /// <summary>The same, indented, for what a person reads.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    /// <summary>JSON <c>null</c>.</summary>
    public static JsonElement Null { get; } = JsonDocument.Parse("null").RootElement;

    /// <summary>An empty JSON object.</summary>
    public static JsonElement EmptyObject { get; } = JsonDocument.Parse("{}").RootElement;

    /// <summary>Applies our conventions to options made elsewhere (REST, OpenAPI).</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = PayloadLimits.KeptDepth;
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    /// <summary>Reads JSON that was kept: a value that passed a door, with whatever was put around it.</summary>
    /// <exception cref="JsonException">It is no JSON, or deeper than <see cref="PayloadLimits.KeptDepth"/>.</exception>
    public static JsonElement Parse(string json) => JsonElement.Parse(json, s_kept);

    /// <inheritdoc cref="Parse(string)"/>
    public static JsonElement Parse(ReadOnlySpan<byte> utf8) => JsonElement.Parse(utf8, s_kept);

    /// <summary>A value as a <see cref="JsonElement"/>.</summary>
    public static JsonElement ToElement<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions { WriteIndented = indented };
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
