using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace OtherThing.Core.Payloads;

/// <summary>
/// Turns bytes from outside into text: by their byte order mark, else by the charset that is declared, else as UTF-8. What does not fit is
/// refused; nothing is put in place of a byte that is not understood.
/// </summary>
public static partial class PayloadText
{
    private const int Utf8CodePage = 65001;
    private const int AsciiCodePage = 20127;

    /// <summary>The bytes as UTF-8 without a byte order mark; the same memory where that is what they are.</summary>
    /// <param name="bytes">The bytes as they came, unpacked.</param>
    /// <param name="type">What was said of them.</param>
    /// <param name="utf8">The text.</param>
    /// <param name="reason">Why it is no text, as the end of a sentence that begins with the thing: <c>is not text in UTF-8</c>.</param>
    public static bool TryToUtf8(
        ReadOnlyMemory<byte> bytes, PayloadType type, out ReadOnlyMemory<byte> utf8, [NotNullWhen(false)] out string? reason)
    {
        (utf8, reason) = (bytes, null);
        var encoding = type.IsText && MarkOf(bytes.Span) is { } mark ? Marked(mark, ref bytes) : Declared(type.Charset, bytes.Span);
        if (encoding is null or { CodePage: Utf8CodePage or AsciiCodePage })
        {
            // UTF-8 holds all of ASCII; and a charset nobody knows is most often a wrong word for it.
            utf8 = bytes;
            reason = Utf8.IsValid(bytes.Span) ? null
                : encoding is null && type.Charset is not null
                    ? $"names the charset {Shown(type.Charset)}, which this server does not know, and is not text in UTF-8 either"
                : "is not text in UTF-8 and names no other charset";
            return reason is null;
        }

        try
        {
            utf8 = Encoding.UTF8.GetBytes(encoding.GetString(bytes.Span));
            return true;
        }
        catch (ArgumentException)
        {
            reason = $"is not text in {Shown(encoding.WebName)}, as it says";
            return false;
        }
    }

    /// <summary>The same as a string.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, PayloadType type, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? reason)
    {
        text = TryToUtf8(bytes, type, out var utf8, out reason) ? Encoding.UTF8.GetString(utf8.Span) : null;
        return text is not null;
    }

    /// <summary>A header's value whose bytes were read as Latin-1: UTF-8 where they are that.</summary>
    public static string FromHeader(string value)
    {
        if (Ascii.IsValid(value))
        {
            return value;
        }

        var bytes = Encoding.Latin1.GetBytes(value);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : value;
    }

    /// <summary>The encoding of a charset's name; null when .NET has none. What does not fit throws instead of being replaced.</summary>
    internal static Encoding? Find(string charset)
    {
        if (charset is "utf8")
        {
            return Encoding.UTF8;
        }

        try
        {
            if (CodePage().Match(charset) is { Success: true } numbered)
            {
                var page = int.Parse(numbered.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                return CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback)
                    ?? Encoding.GetEncoding(page, EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback);
            }

            return CodePagesEncodingProvider.Instance.GetEncoding(charset, EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(charset, EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static Encoding? Declared(string? charset, ReadOnlySpan<byte> bytes)
    {
        if (charset is null)
        {
            return null;
        }

        // Without a mark the order of UTF-16 is whichever makes the first character one that texts begin with.
        return charset is "utf-16" or "utf16" or "ucs-2" or "iso-10646-ucs-2" && bytes is [0, not 0, ..]
            ? Find("utf-16be")
            : Find(charset is "utf16" ? "utf-16" : charset);
    }

    private static Encoding Marked((int Length, string Charset) mark, ref ReadOnlyMemory<byte> bytes)
    {
        bytes = bytes[mark.Length..];
        return Find(mark.Charset)!;
    }

    private static (int Length, string Charset)? MarkOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (3, "utf-8"),
        [0xFF, 0xFE, 0, 0, ..] => (4, "utf-32"),
        [0xFF, 0xFE, ..] => (2, "utf-16"),
        [0xFE, 0xFF, ..] => (2, "utf-16be"),
        [0, 0, 0xFE, 0xFF, ..] => (4, "utf-32be"),
        _ => null,
    };

    private static string Shown(string charset) => charset.Length <= 40 ? charset : charset[..40] + "…";

    // Names that IANA does not list and servers use all the same; ISO-8859-1 and its like are not among them.
    [GeneratedRegex("^(?:x-)?(?:cp|win|windows|ibm|ms)[-_]?([0-9]{3,5})$", RegexOptions.CultureInvariant)]
    private static partial Regex CodePage();
}
