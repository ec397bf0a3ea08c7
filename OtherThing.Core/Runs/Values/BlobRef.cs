using System.Text.Json.Serialization;

namespace OtherThing.Core.Runs.Values;

/// <summary>Stands for a value that is too large for the journal and lies in the blob store.</summary>
/// <param name="Hash">SHA-256 of the value's UTF-8 bytes, lower-case hexadecimal.</param>
/// <param name="Bytes">How long the value is, in bytes.</param>
public sealed record BlobRef(
    [property: JsonPropertyName("blob")] string Hash,
    long Bytes)
{
    /// <summary>True for 64 lower-case hexadecimal digits.</summary>
    public static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
