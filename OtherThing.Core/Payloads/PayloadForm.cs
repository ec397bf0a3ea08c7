using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace OtherThing.Core.Payloads;

/// <summary>A field of a form.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Text">What it holds; null for a file.</param>
public sealed record PayloadField(string Name, string? Text)
{
    /// <summary>What the sender called the file; null for a field that is none.</summary>
    public string? FileName { get; init; }

    /// <summary>The media type of the file; null when none was named.</summary>
    public string? FileType { get; init; }

    /// <summary>The bytes of the file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }
}

/// <summary>Reads forms: <c>application/x-www-form-urlencoded</c> and <c>multipart/form-data</c>, in the charset they name.</summary>
public static class PayloadForm
{
    /// <summary>The media type of the fields of a form, parted by <c>&amp;</c>.</summary>
    public const string UrlEncoded = "application/x-www-form-urlencoded";

    /// <summary>The media type of a form in parts.</summary>
    public const string Multipart = "multipart/form-data";

    /// <summary>Reads <c>a=1&amp;b=x+y</c>, whose escapes stand for bytes of the charset.</summary>
    /// <param name="body">The bytes as they came, unpacked.</param>
    /// <param name="type">What was said of them.</param>
    /// <param name="fields">In their order, names as often as they stand there.</param>
    /// <param name="reason">Why it is refused, as the end of a sentence that begins with the thing.</param>
    public static bool TryReadUrlEncoded(
        ReadOnlyMemory<byte> body, PayloadType type, out IReadOnlyList<PayloadField> fields, [NotNullWhen(false)] out string? reason)
    {
        var read = new List<PayloadField>();
        (fields, reason) = (read, null);
        var left = body.Span is [0xEF, 0xBB, 0xBF, ..] ? body.Span[3..] : body.Span;
        foreach (var range in left.Split((byte)'&'))
        {
            var pair = left[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf((byte)'=');
            if (!TryText(Unescape(equals < 0 ? pair : pair[..equals]), type, out var name, out reason)
                || !TryText(Unescape(equals < 0 ? [] : pair[(equals + 1)..]), type, out var text, out reason))
            {
                return false;
            }

            read.Add(new PayloadField(name, text));
        }

        return true;
    }

    /// <summary>Reads a form in parts; one with a file name is a file.</summary>
    /// <inheritdoc cref="TryReadUrlEncoded"/>
    public static bool TryReadMultipart(
        ReadOnlyMemory<byte> body, PayloadType type, out IReadOnlyList<PayloadField> fields, [NotNullWhen(false)] out string? reason)
    {
        var read = new List<PayloadField>();
        (fields, reason) = (read, null);
        if (type.Boundary is not { Length: > 0 and <= 200 } boundary)
        {
            reason = "is a form in parts and names no boundary";
            return false;
        }

        var delimiter = Encoding.UTF8.GetBytes("--" + boundary);
        var at = FindDelimiter(body.Span, delimiter, 0);
        while (at >= 0)
        {
            var part = at + delimiter.Length;
            if (body.Span[part..] is [(byte)'-', (byte)'-', ..])
            {
                return true;
            }

            var line = body.Span[part..].IndexOf((byte)'\n');
            var next = line < 0 ? -1 : FindDelimiter(body.Span, delimiter, part + line + 1);
            if (next < 0)
            {
                break;
            }

            if (!TryReadPart(body[(part + line + 1)..next], type, read, out reason))
            {
                return false;
            }

            at = next;
        }

        reason = at < 0 ? "has no part that begins with its boundary" : "was cut off: its last part has no end";
        return false;
    }

    /// <summary>Where the next line that is a delimiter begins; -1 when there is none.</summary>
    private static int FindDelimiter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter, int from)
    {
        while (from <= body.Length)
        {
            var found = body[from..].IndexOf(delimiter);
            if (found < 0)
            {
                return -1;
            }

            var at = from + found;
            var after = at + delimiter.Length;
            if ((at == 0 || body[at - 1] == (byte)'\n')
                && (after >= body.Length || body[after] is (byte)'\r' or (byte)'\n' or (byte)'-' or (byte)' ' or (byte)'\t'))
            {
                return at;
            }

            from = after;
        }

        return -1;
    }

    private static bool TryReadPart(ReadOnlyMemory<byte> part, PayloadType form, List<PayloadField> fields, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        var (disposition, type) = ("", default(PayloadType));
        var span = part.Span;
        int end;
        while ((end = span.IndexOf((byte)'\n')) >= 0)
        {
            var line = span[..end].TrimEnd((byte)'\r');
            span = span[(end + 1)..];
            if (line.IsEmpty)
            {
                break;
            }

            var header = PayloadText.FromHeader(Encoding.Latin1.GetString(line));
            if (header.StartsWith("content-disposition:", StringComparison.OrdinalIgnoreCase))
            {
                disposition = header["content-disposition:".Length..];
            }
            else if (header.StartsWith("content-type:", StringComparison.OrdinalIgnoreCase))
            {
                type = PayloadType.Parse(header["content-type:".Length..]);
            }
        }

        var bytes = part[^span.Length..];
        bytes = bytes.Span.EndsWith("\r\n"u8) ? bytes[..^2] : bytes.Span.EndsWith("\n"u8) ? bytes[..^1] : bytes;
        string? name = null;
        string? fileName = null;
        foreach (var (parameter, value) in PayloadType.Parameters(disposition))
        {
            name = parameter == "name" ? value : name;
            fileName = parameter == "filename" ? value : parameter == "filename*" ? Uri.UnescapeDataString(value[(value.LastIndexOf('\'') + 1)..]) : fileName;
        }

        if (name is null)
        {
            reason = "has a part without a name";
        }
        else if (fileName is not null)
        {
            fields.Add(new PayloadField(name, null) { FileName = fileName, FileType = type.Name, Bytes = bytes });
        }
        else if (TryText(bytes, type.Charset is null ? new PayloadType("text/plain", form.Charset) : type, out var text, out reason))
        {
            fields.Add(new PayloadField(name, text));
        }

        return reason is null;
    }

    private static bool TryText(ReadOnlyMemory<byte> bytes, PayloadType type, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? reason)
    {
        var read = PayloadText.TryRead(bytes, type, out text, out reason);
        reason = reason is null ? null : "has a field that " + reason;
        return read;
    }

    private static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == (byte)'%' && i + 2 < text.Length
                && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                bytes[length++] = escaped;
                i += 2;
            }
            else
            {
                bytes[length++] = text[i] == (byte)'+' ? (byte)' ' : text[i];
            }
        }

        return bytes[..length];
    }
}
