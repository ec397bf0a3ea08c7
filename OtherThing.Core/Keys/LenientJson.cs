using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OtherThing.Core.Keys;

/// <summary>
/// Reads JSON as providers and models really write it. A name that stands twice has its last value; bytes that are no UTF-8 become U+FFFD;
/// commas before an end, comments, <c>NaN</c>, <c>Infinity</c> (null) and line ends inside a text do no harm.
/// </summary>
public static class LenientJson
{
    private static readonly byte[][] s_noNumbers = ["-Infinity"u8.ToArray(), "Infinity"u8.ToArray(), "NaN"u8.ToArray()];

    /// <summary>Reads the first value of some bytes.</summary>
    /// <param name="rest">The bytes; afterwards what follows the value.</param>
    /// <param name="maxDepth">How deep it may be nested, at least 1.</param>
    /// <param name="keepHalves">
    /// Leaves half a surrogate in a text as it is, for a text that comes in pieces whose other half is in the next one; otherwise it becomes U+FFFD.
    /// </param>
    /// <returns>The value; null for JSON <c>null</c>.</returns>
    /// <exception cref="JsonException">It is no JSON, or nested deeper; <paramref name="rest"/> is as it was.</exception>
    public static JsonNode? Read(ref ReadOnlySpan<byte> rest, int maxDepth, bool keepHalves = false)
    {
        try
        {
            return Build(ref rest, maxDepth, keepHalves);
        }
        catch (JsonException)
        {
            if (Mend(rest) is not { } mended)
            {
                throw;
            }

            ReadOnlySpan<byte> better = mended;
            var value = Build(ref better, maxDepth, keepHalves);
            rest = better;
            return value;
        }
    }

    /// <summary>The text with U+FFFD in place of half surrogates.</summary>
    public static string Whole(string text) =>
        text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static JsonNode? Build(ref ReadOnlySpan<byte> rest, int maxDepth, bool keepHalves)
    {
        var reader = new Utf8JsonReader(rest, new JsonReaderOptions
        {
            MaxDepth = maxDepth,
            AllowTrailingCommas = true,
            AllowMultipleValues = true,
            CommentHandling = JsonCommentHandling.Skip,
        });
        if (!reader.Read())
        {
            throw new JsonException("There is no value.");
        }

        var value = Value(ref reader, keepHalves);
        rest = rest[(int)reader.BytesConsumed..];
        return value;
    }

    private static JsonNode? Value(ref Utf8JsonReader reader, bool keepHalves)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var owner = new JsonObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = Whole(Text(ref reader));
                    reader.Read();
                    owner[name] = Value(ref reader, keepHalves);
                }

                return owner;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Value(ref reader, keepHalves));
                }

                return list;
            case JsonTokenType.String:
                var text = Text(ref reader);
                return JsonValue.Create(keepHalves ? text : Whole(text));
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number:
                return JsonNode.Parse(reader.ValueSpan); // with all its digits
            default:
                return JsonValue.Create(reader.GetBoolean());
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        var raw = Encoding.UTF8.GetString(reader.ValueSpan);
        if (!reader.ValueIsEscaped)
        {
            return raw;
        }

        var text = new StringBuilder(raw.Length);
        for (var at = 0; at < raw.Length; at++)
        {
            if (raw[at] != '\\')
            {
                text.Append(raw[at]);
                continue;
            }

            at++;
            text.Append(raw[at] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => (char)ushort.Parse(raw.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var plain => plain,
            });
            at += raw[at] == 'u' ? 4 : 0;
        }

        return text.ToString();
    }

    /// <summary>What JSON does not know, written as it does; null when there is nothing of it.</summary>
    private static byte[]? Mend(ReadOnlySpan<byte> utf8)
    {
        var mended = new ArrayBufferWriter<byte>(Math.Max(16, utf8.Length));
        var (isText, isChanged) = (false, false);
        for (var at = 0; at < utf8.Length; at++)
        {
            var letter = utf8[at];
            var length = isText && letter == '\\' && at + 1 < utf8.Length ? 2 : 1;
            var written = utf8.Slice(at, length);
            if (letter == '"')
            {
                isText = !isText;
            }
            else if (isText && letter < ' ')
            {
                written = Encoding.ASCII.GetBytes($"\\u{letter:x4}");
                isChanged = true;
            }
            else if (!isText && letter is (byte)'N' or (byte)'I' or (byte)'-' && NoNumber(utf8[at..]) is > 0 and var skipped)
            {
                written = "null"u8;
                (length, isChanged) = (skipped, true);
            }

            mended.Write(written);
            at += length - 1;
        }

        return isChanged ? mended.WrittenSpan.ToArray() : null;
    }

    private static int NoNumber(ReadOnlySpan<byte> at)
    {
        foreach (var word in s_noNumbers)
        {
            if (at.StartsWith(word))
            {
                return word.Length;
            }
        }

        return 0;
    }
}
