using System.Text;

namespace OtherThing.Core.Keys;

/// <summary>The shapes a secret surfaces in, besides the escapes that a <see cref="StreamingRedactor"/> reads through.</summary>
internal static class SecretShapes
{
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const string Base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string Hex = "0123456789abcdef";

    public static IEnumerable<byte[]> Of(string secret)
    {
        var utf8 = Encoding.UTF8.GetBytes(secret);
        // Reversed by character, so that those of several bytes stay whole.
        IEnumerable<byte[]> plain = [utf8, EscapeReader.ReadThrough(utf8), Encoding.UTF8.GetBytes(secret.Reverse().ToArray()), [.. utf8.Select(Rot13)]];
        IEnumerable<string> encoded =
        [
            .. Positional(utf8), .. Positional(Encoding.Unicode.GetBytes(secret)), .. Positional(Encoding.ASCII.GetBytes(Convert.ToBase64String(utf8))),
            .. Separated(utf8),
        ];
        return plain.Concat(encoded.Select(Encoding.ASCII.GetBytes)).Select(WithoutSpaces).Where(shape => shape.Length >= SecretRedactor.MinLength);
    }

    private static IEnumerable<string> Positional(byte[] bytes) =>
        [.. Cores(bytes, Base64, 6, 3), .. Cores(bytes, Base64Url, 6, 3), .. Cores(bytes, Base32, 5, 5), .. Cores(bytes, Hex, 4, 1)];

    /// <summary>
    /// Encoded as a part of something longer, the secret begins at one of several bit offsets, and the characters at its edges mix with its
    /// neighbours: what stays the same is the middle.
    /// </summary>
    private static IEnumerable<string> Cores(byte[] bytes, string alphabet, int bitsPerCharacter, int offsets)
    {
        for (var offset = 0; offset < offsets; offset++)
        {
            var first = ((offset * 8) + bitsPerCharacter - 1) / bitsPerCharacter;
            var end = (offset + bytes.Length) * 8 / bitsPerCharacter;
            var core = new StringBuilder(end - first);
            for (var character = first; character < end; character++)
            {
                var value = 0;
                for (var bit = character * bitsPerCharacter; bit < (character + 1) * bitsPerCharacter; bit++)
                {
                    value = (value << 1) | ((bytes[(bit / 8) - offset] >> (7 - (bit % 8))) & 1);
                }

                core.Append(alphabet[value]);
            }

            yield return core.ToString();
        }
    }

    // As programs print bytes: 73:6b, 73-6b, 0x73,0x6b and 115,107. Spaces between them are read over.
    private static IEnumerable<string> Separated(byte[] bytes) =>
    [
        string.Join(':', bytes.Select(value => $"{value:x2}")),
        string.Join('-', bytes.Select(value => $"{value:x2}")),
        string.Join(',', bytes.Select(value => $"0x{value:x2}")),
        string.Join(',', bytes),
    ];

    private static byte Rot13(byte value) => value switch
    {
        >= (byte)'a' and <= (byte)'z' => (byte)('a' + ((value - 'a' + 13) % 26)),
        >= (byte)'A' and <= (byte)'Z' => (byte)('A' + ((value - 'A' + 13) % 26)),
        _ => value,
    };

    private static byte[] WithoutSpaces(byte[] shape) => [.. shape.Where(value => !EscapeReader.IsSpace(value))];
}
