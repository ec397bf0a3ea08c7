using System.Buffers;
using System.Globalization;
using System.Text;

namespace OtherThing.Core.Keys;

/// <summary>
/// Reads text the way whoever shows it will: an escape of JSON (<c>\u0073</c>, <c>\x73</c>, <c>\/</c>), of URLs (<c>%73</c>) or of XML and HTML
/// (<c>&amp;#115;</c>, <c>&amp;amp;</c>) counts as the character it stands for.
/// </summary>
internal static class EscapeReader
{
    // "&#x10FFFF;" is the longest.
    private const int MaxEntity = 10;
    private static readonly (byte[] Name, byte Value)[] s_entities =
        [("&amp;"u8.ToArray(), (byte)'&'), ("&lt;"u8.ToArray(), (byte)'<'), ("&gt;"u8.ToArray(), (byte)'>'), ("&quot;"u8.ToArray(), (byte)'"'),
            ("&apos;"u8.ToArray(), (byte)'\'')];

    /// <summary>White space, and the zero bytes that UTF-16 puts between ASCII letters: a secret broken by them is still the secret.</summary>
    public static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0;

    /// <summary>Reads one character.</summary>
    /// <param name="text">What is left; not empty.</param>
    /// <param name="isAll">True when nothing follows <paramref name="text"/>.</param>
    /// <param name="value">The character's UTF-8 bytes, at most four.</param>
    /// <param name="length">How many bytes it is.</param>
    /// <returns>How many bytes of the text it took; 0 when more is needed to tell.</returns>
    public static int Read(ReadOnlySpan<byte> text, bool isAll, Span<byte> value, out int length)
    {
        var (taken, rune) = text[0] switch
        {
            (byte)'\\' => ReadBackslash(text, isAll),
            (byte)'%' => ReadPercent(text, isAll),
            (byte)'&' => ReadEntity(text, isAll),
            _ => (1, -1),
        };
        if (taken == 1 && rune < 0)
        {
            (value[0], length) = (text[0], 1);
            return 1;
        }

        // A percent escape stands for a byte, the others for a character.
        length = taken == 0 ? 0
            : text[0] == (byte)'%' ? Byte(value, (byte)rune)
            : Rune.TryCreate(rune, out var character) ? character.EncodeToUtf8(value) : Byte(value, 0xFF);
        return taken;
    }

    /// <summary>The whole text with its escapes read.</summary>
    public static byte[] ReadThrough(ReadOnlySpan<byte> text)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 1);
        Span<byte> value = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            text = text[Read(text, true, value, out var length)..];
            output.Write(value[..length]);
        }

        return output.WrittenSpan.ToArray();
    }

    private static int Byte(Span<byte> value, byte one)
    {
        value[0] = one;
        return 1;
    }

    private static (int Taken, int Rune) ReadBackslash(ReadOnlySpan<byte> text, bool isAll)
    {
        if (text.Length == 1)
        {
            return isAll ? (1, -1) : (0, -1);
        }

        switch (text[1])
        {
            case (byte)'u':
                var (taken, unit) = ReadHex(text, 2, 4, isAll);
                if (unit < 0 || !char.IsHighSurrogate((char)unit))
                {
                    return (taken, unit);
                }

                if (text.Length < 12 && !isAll && "\\u"u8.StartsWith(text[6..Math.Min(text.Length, 8)]))
                {
                    return (0, -1);
                }

                return text.Length >= 12 && text[6..].StartsWith("\\u"u8) && ReadHex(text[6..], 2, 4, isAll).Value is var low and >= 0xDC00 and <= 0xDFFF
                    ? (12, char.ConvertToUtf32((char)unit, (char)low))
                    : (taken, unit);
            case (byte)'x':
                return ReadHex(text, 2, 2, isAll);
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'\'':
                return (2, text[1]);
            case (byte)'n' or (byte)'r' or (byte)'t':
                return (2, ' ');
            default:
                return (1, -1);
        }
    }

    private static (int Taken, int Rune) ReadPercent(ReadOnlySpan<byte> text, bool isAll) => ReadHex(text, 1, 2, isAll);

    private static (int Taken, int Rune) ReadEntity(ReadOnlySpan<byte> text, bool isAll)
    {
        var end = text[..Math.Min(text.Length, MaxEntity)].IndexOf((byte)';');
        if (end < 0)
        {
            return !isAll && text.Length < MaxEntity && CanBeEntity(text) ? (0, -1) : (1, -1);
        }

        var entity = text[..(end + 1)];
        foreach (var (name, value) in s_entities)
        {
            if (entity.SequenceEqual(name))
            {
                return (name.Length, value);
            }
        }

        if (!entity.StartsWith("&#"u8))
        {
            return (1, -1);
        }

        var isHex = entity.Length > 3 && entity[2] is (byte)'x' or (byte)'X';
        var digits = isHex ? entity[3..^1] : entity[2..^1];
        return int.TryParse(digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var rune)
            ? (entity.Length, rune)
            : (1, -1);
    }

    private static bool CanBeEntity(ReadOnlySpan<byte> text)
    {
        foreach (var value in text[1..])
        {
            if (!char.IsAsciiLetterOrDigit((char)value) && value != (byte)'#')
            {
                return false;
            }
        }

        return true;
    }

    private static (int Taken, int Value) ReadHex(ReadOnlySpan<byte> text, int lead, int digits, bool isAll)
    {
        var value = 0;
        for (var at = lead; at < lead + digits; at++)
        {
            if (at >= text.Length)
            {
                return isAll ? (1, -1) : (0, -1);
            }

            if (!char.IsAsciiHexDigit((char)text[at]))
            {
                return (1, -1);
            }

            value = (value * 16) + Digit(text[at]);
        }

        return (lead + digits, value);
    }

    private static int Digit(byte hex) => hex <= (byte)'9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
