using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace OtherThing.Core.Runs.Values;

/// <summary>Stands for a value that is too large for the journal and lies in the blob store.</summary>
/// <param name="Hash">SHA-256 of the value's UTF-8 bytes, lower-case hexadecimal.</param>
/// <param name="Bytes">How long the value is, in bytes.</param>
public sealed record BlobRef(
    [property: JsonPropertyName("blob")] string Hash,
    long Bytes)
{
    private const string Prefix = "@blob:";

    /// <summary>Reads what <see cref="ToString"/> wrote where a run's input or output would be; no JSON begins like it.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BlobRef? reference)
    {
        reference = null;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = text[Prefix.Length..].Split(':');
        if (parts.Length == 2 && IsHash(parts[0]) && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
        {
            reference = new BlobRef(parts[0], bytes);
        }

        return reference is not null;
    }

    /// <summary>True for 64 lower-case hexadecimal digits.</summary>
    public static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Hash}:{Bytes}");
}
