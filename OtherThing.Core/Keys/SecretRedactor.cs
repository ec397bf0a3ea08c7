using System.Security;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OtherThing.Core.Keys;

/// <summary>
/// Takes secrets out of a text, in the shapes they surface in: as they are, base64 at any offset, hex, escaped for URL, JSON and XML.
/// </summary>
public sealed class SecretRedactor
{
    /// <summary>Values shorter than this cannot be masked: they would take ordinary words with them.</summary>
    public const int MinLength = 8;

    private const string Mask = "***";
    private readonly IReadOnlyList<Regex> _patterns;

    /// <summary>A redactor for one secret.</summary>
    public SecretRedactor(string secret) => _patterns = secret.Length < MinLength ? [] : [.. Patterns(secret)];

    /// <summary>The text without the secret.</summary>
    public string Redact(string text) => _patterns.Aggregate(text, (rest, pattern) => pattern.Replace(rest, Mask));

    private static IEnumerable<Regex> Patterns(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        string[] exact =
        [
            secret, Uri.EscapeDataString(secret), JsonEncodedText.Encode(secret).Value, SecurityElement.Escape(secret),
            .. Base64Cores(bytes), .. Base64Cores(bytes).Select(core => core.Replace('+', '-').Replace('/', '_')),
        ];
        foreach (var shape in exact.Distinct().OrderByDescending(shape => shape.Length))
        {
            yield return new Regex(Regex.Escape(shape), RegexOptions.CultureInvariant);
        }

        yield return new Regex(Convert.ToHexString(bytes), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    // Base64 of a longer text shows a part of it at one of three offsets; the characters at the edges mix with the neighbours.
    private static IEnumerable<string> Base64Cores(byte[] bytes)
    {
        for (var offset = 0; offset < 3; offset++)
        {
            var text = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
            var start = offset == 0 ? 0 : offset + 1;
            var end = ((offset + bytes.Length) * 8) / 6;
            yield return text[start..end];
        }
    }
}
