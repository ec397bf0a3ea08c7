using System.Globalization;
using System.Text.Json;

namespace OtherThing.Web.Features.Flows.Panels;

/// <summary>Which input fits a config field.</summary>
public enum FieldInput
{
    /// <summary>One line of text.</summary>
    Line,

    /// <summary>Several lines of text.</summary>
    Multiline,

    /// <summary>Several lines of code.</summary>
    Code,

    /// <summary>JSON, or plain text with templates.</summary>
    Json,

    /// <summary>A number.</summary>
    Number,

    /// <summary>Yes or no.</summary>
    Toggle,

    /// <summary>A day.</summary>
    Date,

    /// <summary>One of a list.</summary>
    Choice,

    /// <summary>One text per line.</summary>
    Lines,

    /// <summary>One <c>name: value</c> per line.</summary>
    Pairs,

    /// <summary>Fields of its own.</summary>
    Group,

    /// <summary>A list of things with fields of their own.</summary>
    Items,
}

/// <summary>One property of a JSON Schema, read for the form.</summary>
public sealed record FieldSchema
{
    private static readonly Dictionary<string, string> s_short = new(StringComparer.Ordinal)
    {
        ["cpu"] = "CPU",
        ["gpu"] = "GPU",
        ["vram"] = "VRAM",
        ["os"] = "OS",
        ["url"] = "URL",
        ["mb"] = "(MiB)",
    };

    public required string Name { get; init; }

    public required FieldInput Input { get; init; }

    public string? Description { get; init; }

    public bool Required { get; init; }

    /// <summary>What the catalog says of the field: <c>template</c>, <c>model</c>, <c>key</c>...</summary>
    public string? Hint { get; init; }

    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>How "left out" reads in a list of choices.</summary>
    public string Unset { get; init; } = "Default";

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public bool WholeNumber { get; init; }

    /// <summary>The fields of a group or of each item.</summary>
    public IReadOnlyList<FieldSchema> Fields { get; init; } = [];

    /// <summary>The name as people read it: <c>maxTokens</c> is "Max tokens", and what is chosen by its name is no id: <c>flowId</c> is "Flow".</summary>
    public string Title => Hint switch
    {
        "node" => "Machine",
        "flow" or "key" or "member" when Name.EndsWith("Id", StringComparison.Ordinal) => Spell(Name[..^2]),
        _ => Spell(Name),
    };

    /// <summary>The properties of an object schema.</summary>
    public static IReadOnlyList<FieldSchema> Of(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties))
        {
            return [];
        }

        var required = schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet(StringComparer.Ordinal)
            : [];
        return [.. properties.EnumerateObject().Select(property => Read(property.Name, property.Value, required.Contains(property.Name)))];
    }

    private static FieldSchema Read(string name, JsonElement schema, bool required)
    {
        var type = TypeOf(schema);
        var hint = Text(schema, "x-input");
        var items = Child(schema, "items");
        var fields = type == "object" ? Of(schema) : type == "array" ? Of(items) : [];
        return new FieldSchema
        {
            Name = name,
            Required = required,
            Hint = hint,
            Description = Text(schema, "description"),
            Input = InputFor(schema, type, hint, items, fields.Count > 0),
            Choices = Child(schema, "enum") is { ValueKind: JsonValueKind.Array } choices
                ? [.. choices.EnumerateArray().Where(choice => choice.ValueKind == JsonValueKind.String).Select(choice => choice.GetString()!)]
                : [],
            Minimum = Number(schema, "minimum"),
            Maximum = Number(schema, "maximum"),
            WholeNumber = type == "integer",
            Fields = fields,
        };
    }

    private static FieldInput InputFor(JsonElement schema, string? type, string? hint, JsonElement items, bool hasFields) => (type, hint) switch
    {
        _ when Child(schema, "enum").ValueKind == JsonValueKind.Array => FieldInput.Choice,
        (_, "code") => FieldInput.Code,
        (_, "json") => FieldInput.Json,
        ("string", "multiline") => FieldInput.Multiline,
        ("string", _) => FieldInput.Line,
        ("integer" or "number", _) => FieldInput.Number,
        ("boolean", _) => FieldInput.Toggle,
        ("array", _) when hasFields => FieldInput.Items,
        ("array", _) when TypeOf(items) is "string" or null => FieldInput.Lines,
        ("object", _) when hasFields => FieldInput.Group,
        ("object", _) => FieldInput.Pairs,
        _ => FieldInput.Json,
    };

    /// <summary>The schema's type; of <c>["string","null"]</c> the one that is not null; null when any.</summary>
    private static string? TypeOf(JsonElement schema) => Child(schema, "type") switch
    {
        { ValueKind: JsonValueKind.String } one => one.GetString(),
        { ValueKind: JsonValueKind.Array } several =>
            several.EnumerateArray().Select(each => each.GetString()).Where(each => each != "null").ToList() is [var only] ? only : null,
        _ => null,
    };

    private static JsonElement Child(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var child) ? child : default;

    private static string? Text(JsonElement schema, string name) =>
        Child(schema, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static double? Number(JsonElement schema, string name) =>
        Child(schema, name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static string Spell(string name)
    {
        var words = string.Concat(name.Select((letter, at) => at > 0 && char.IsUpper(letter)
            ? " " + char.ToLowerInvariant(letter).ToString(CultureInfo.InvariantCulture)
            : letter.ToString(CultureInfo.InvariantCulture)));
        words = string.Join(' ', words.Split(' ').Select(word => s_short.GetValueOrDefault(word, word)));
        return words.Length == 0 ? "" : char.ToUpperInvariant(words[0]) + words[1..];
    }
}
