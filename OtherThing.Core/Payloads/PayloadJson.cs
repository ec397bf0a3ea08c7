using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using OtherThing.Core.Results;

namespace OtherThing.Core.Payloads;

/// <summary>
/// Reads JSON from outside, once, so that whoever has the value can read and write all of it. A name that stands twice in an object counts
/// as it stands last, at every depth; half of a surrogate pair becomes U+FFFD, in values and in names; a byte order mark is passed over; the digits of
/// numbers stay as they are. What is not JSON, not UTF-8, or nested too deep is refused with the reason.
/// </summary>
public static class PayloadJson
{
    private static readonly JsonWriterOptions s_writing = new() { Encoder = Json.Options.Encoder, SkipValidation = true };

    /// <summary>Reads the bytes of one JSON value.</summary>
    /// <param name="json">UTF-8; see <see cref="PayloadText.TryToUtf8"/> for bytes in another charset.</param>
    /// <param name="value">The value, in a document of its own.</param>
    /// <param name="reason">Why it is refused, as the end of a sentence that begins with the thing: <c>is not JSON: line 1, byte 3</c>.</param>
    /// <param name="depth">The most levels.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, out JsonElement value, [NotNullWhen(false)] out string? reason, int depth = PayloadLimits.Depth)
    {
        json = json is [0xEF, 0xBB, 0xBF, ..] ? json[3..] : json;
        (value, reason) = (default, null);
        if (!Utf8.IsValid(json))
        {
            reason = "is not text in UTF-8";
            return false;
        }

        // Nearly all JSON is as it should be and is looked through once; only the rest is taken apart.
        if (!HasHalfCharacter(json))
        {
            try
            {
                value = JsonElement.Parse(json, new JsonDocumentOptions { MaxDepth = depth, AllowDuplicateProperties = false });
                return true;
            }
            catch (JsonException)
            {
                // No JSON, or only a name twice.
            }
        }

        try
        {
            value = Mend(JsonElement.Parse(json, new JsonDocumentOptions { MaxDepth = depth }));
            return true;
        }
        catch (JsonException fault)
        {
            reason = IsTooDeep(json, depth)
                ? $"is nested more than {depth} levels deep"
                : string.Create(CultureInfo.InvariantCulture, $"is not JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}");
            return false;
        }
    }

    /// <summary>Reads the text of one JSON value.</summary>
    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, out JsonElement, out string?, int)"/>
    public static bool TryRead(string json, out JsonElement value, [NotNullWhen(false)] out string? reason, int depth = PayloadLimits.Depth) =>
        TryRead(Encoding.UTF8.GetBytes(json), out value, out reason, depth);

    /// <summary>Reads a value that somebody else has parsed, without looking into its texts and names.</summary>
    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, out JsonElement, out string?, int)"/>
    public static bool TryRead(JsonElement parsed, out JsonElement value, [NotNullWhen(false)] out string? reason, int depth = PayloadLimits.Depth) =>
        TryRead(JsonMarshal.GetRawUtf8Value(parsed), out value, out reason, depth);

    /// <summary>True when an escape such as <c>\ud83d</c> stands there without its other half.</summary>
    public static bool HasHalfCharacter(ReadOnlySpan<byte> json)
    {
        // In JSON a backslash only stands in a string, and never alone.
        int at;
        while ((at = json.IndexOf((byte)'\\')) >= 0)
        {
            json = json[at..];
            if (ReadEscape(json) is not { } unit || !char.IsSurrogate(unit))
            {
                json = json[Math.Min(2, json.Length)..];
            }
            else if (char.IsHighSurrogate(unit) && ReadEscape(json[6..]) is { } second && char.IsLowSurrogate(second))
            {
                json = json[12..];
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The UTF-16 unit of an escape that stands first; null for any other escape.</summary>
    private static char? ReadEscape(ReadOnlySpan<byte> json) =>
        json is [(byte)'\\', (byte)'u', _, _, _, _, ..]
        && ushort.TryParse(json[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;

    private static bool IsTooDeep(ReadOnlySpan<byte> json, int depth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= depth && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // It is no JSON before it is too deep.
        }

        return false;
    }

    private static JsonElement Mend(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>(JsonMarshal.GetRawUtf8Value(value).Length + 64);
        using (var writer = new Utf8JsonWriter(buffer, s_writing))
        {
            Write(writer, value);
        }

        return Json.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(writer, value);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Unescape(JsonMarshal.GetRawUtf8Value(value)[1..^1]));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement group)
    {
        var last = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in group.EnumerateObject())
        {
            last[Unescape(JsonMarshal.GetRawUtf8PropertyName(member))] = member.Value;
        }

        writer.WriteStartObject();
        foreach (var (name, value) in last)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private static string Unescape(ReadOnlySpan<byte> raw)
    {
        if (raw.IndexOf((byte)'\\') < 0)
        {
            return Encoding.UTF8.GetString(raw);
        }

        var text = new StringBuilder(raw.Length);
        int at;
        while ((at = raw.IndexOf((byte)'\\')) >= 0)
        {
            text.Append(Encoding.UTF8.GetString(raw[..at]));
            raw = raw[at..];
            var unit = ReadEscape(raw);
            text.Append(unit ?? raw[1] switch
            {
                (byte)'n' => '\n',
                (byte)'t' => '\t',
                (byte)'r' => '\r',
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                var plain => (char)plain,
            });
            raw = raw[(unit is null ? 2 : 6)..];
        }

        // A half that is left has no bytes in UTF-8, and becomes U+FFFD there.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Append(Encoding.UTF8.GetString(raw)).ToString()));
    }
}
