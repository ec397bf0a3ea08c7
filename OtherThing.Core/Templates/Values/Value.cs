using System.Text.Json;

namespace OtherThing.Core.Templates.Values;

/// <summary>
/// A value while a template renders: JSON of the scope as it was, or what the template made of it. There is no kind for a .NET
/// object, so no template can hold one.
/// </summary>
internal readonly struct Value
{
    private readonly object? _held;

    private readonly JsonElement _json;

    private Value(ValueKind kind, object? held = null, JsonElement json = default)
    {
        Kind = kind;
        _held = held;
        _json = json;
    }

    public static Value Missing => default;

    public static Value Null => new(ValueKind.Null);

    public static Value Empty => new(ValueKind.Empty);

    public static Value Blank => new(ValueKind.Blank);

    public ValueKind Kind { get; }

    public bool IsMissing => Kind == ValueKind.Missing;

    /// <summary>Missing or null.</summary>
    public bool IsNothing => Kind <= ValueKind.Null;

    /// <summary>Everything but nothing and false, as in Liquid: 0 and "" are true.</summary>
    public bool IsTruthy => Kind > ValueKind.False;

    public bool IsText => Kind == ValueKind.Text || IsJson(JsonValueKind.String);

    public bool IsNumber => Kind == ValueKind.Number || IsJson(JsonValueKind.Number);

    public bool IsList => Kind == ValueKind.List || IsJson(JsonValueKind.Array);

    public bool IsObject => IsJson(JsonValueKind.Object);

    /// <summary>The JSON of the scope; only for <see cref="ValueKind.Json"/>.</summary>
    public JsonElement Json => _json;

    /// <summary>The list the template made; only for <see cref="ValueKind.List"/>.</summary>
    public Value[] List => (Value[])_held!;

    public static Value From(bool value) => new(value ? ValueKind.True : ValueKind.False);

    public static Value From(string text) => new(ValueKind.Text, text);

    public static Value From(Value[] list) => new(ValueKind.List, list);

    public static Value From(Number number) => new(ValueKind.Number, number);

    public static Value From(long number) => From(Number.From(number));

    public static Value From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined => Missing,
        JsonValueKind.Null => Null,
        JsonValueKind.True => From(true),
        JsonValueKind.False => From(false),
        _ => new Value(ValueKind.Json, null, element),
    };

    /// <summary>The number, when this is one; a text is never taken for a number here.</summary>
    public bool TryNumber(out Number number)
    {
        if (Kind == ValueKind.Number)
        {
            number = (Number)_held!;
            return true;
        }

        if (IsJson(JsonValueKind.Number))
        {
            if (_json.TryGetInt64(out var whole))
            {
                number = Number.From(whole);
                return true;
            }

            return Number.TryParse(_json.GetRawText(), out number);
        }

        number = default;
        return false;
    }

    /// <summary>The text, when this is one.</summary>
    public bool TryText(int position, out string text)
    {
        text = Kind == ValueKind.Text ? (string)_held! : IsJson(JsonValueKind.String) ? JsonReads.Text(_json, position) : "";
        return IsText;
    }

    /// <summary>What it is, in a person's words, for messages.</summary>
    public string Describe() => Kind switch
    {
        ValueKind.Missing or ValueKind.Null => "nothing",
        ValueKind.False or ValueKind.True => "true or false",
        ValueKind.Empty => "empty",
        ValueKind.Blank => "blank",
        _ => IsText ? "a text" : IsNumber ? "a number" : IsList ? "a list" : "an object",
    };

    private bool IsJson(JsonValueKind kind) => Kind == ValueKind.Json && _json.ValueKind == kind;
}
