using System.Security;
using System.Text;
using System.Text.Json;

namespace OtherThing.Tests.Support;

/// <summary>The encodings in which a leaked key is looked for, written apart from the product's own list.</summary>
internal static class KeyEncodings
{
    public static IReadOnlyList<(string Name, string Text)> Of(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        var wide = Encoding.Unicode.GetBytes(key);
        return
        [
            ("plain", key),
            ("upper case", key.ToUpperInvariant()),
            ("reversed", string.Concat(key.Reverse())),
            ("base64", Convert.ToBase64String(bytes)),
            ("base64 after one byte", Convert.ToBase64String(Encoding.UTF8.GetBytes("a" + key + "z"))),
            ("base64 after two bytes", Convert.ToBase64String(Encoding.UTF8.GetBytes("ab" + key + "zz"))),
            ("base64url", Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=')),
            ("base64 twice", Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)))),
            ("base64 of UTF-16", Convert.ToBase64String(wide)),
            ("hex", Convert.ToHexStringLower(bytes)),
            ("hex in upper case", Convert.ToHexString(bytes)),
            ("hex of UTF-16", Convert.ToHexStringLower(wide)),
            ("hex with dashes", BitConverter.ToString(bytes)),
            ("hex with colons", BitConverter.ToString(bytes).Replace('-', ':')),
            ("hex with spaces", BitConverter.ToString(bytes).Replace('-', ' ')),
            ("C array", string.Join(", ", bytes.Select(value => $"0x{value:x2}"))),
            ("decimal numbers", string.Join(", ", bytes)),
            ("URL", Uri.EscapeDataString(key)),
            ("URL, every byte", string.Concat(bytes.Select(value => $"%{value:X2}"))),
            ("JSON", JsonEncodedText.Encode(key).Value),
            ("JSON, every character", string.Concat(key.Select(character => $"\\u{(int)character:x4}"))),
            ("XML", SecurityElement.Escape(key)),
            ("XML, every character", string.Concat(key.Select(character => $"&#{(int)character};"))),
            ("HTML in hex", string.Concat(key.Select(character => $"&#x{(int)character:X};"))),
            ("escapes of C", string.Concat(bytes.Select(value => $"\\x{value:x2}"))),
            ("letters apart", string.Join(' ', key.EnumerateRunes())),
            ("on two lines", key[..(key.Length / 2)] + "\r\n" + key[(key.Length / 2)..]),
            ("UTF-16", Encoding.UTF8.GetString(wide)),
        ];
    }
}
