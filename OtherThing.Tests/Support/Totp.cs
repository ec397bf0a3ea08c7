using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace OtherThing.Tests.Support;

/// <summary>What an authenticator app shows (RFC 6238).</summary>
public static class Totp
{
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6238 as authenticator apps implement it is HMAC-SHA1.")]
    public static string Code(string base32Key, DateTime utcNow)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, (long)(utcNow - DateTime.UnixEpoch).TotalSeconds / 30);
        var hash = HMACSHA1.HashData(FromBase32(base32Key), counter);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & 0x7FFFFFFF;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(letter =>
            Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(index => Convert.ToByte(bits.Substring(index * 8, 8), 2))];
    }
}
