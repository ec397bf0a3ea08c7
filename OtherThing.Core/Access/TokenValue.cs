using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace OtherThing.Core.Access;

/// <summary>
/// The form of our own tokens: a prefix that scanners know, 32 random bytes in base 62, and a checksum, so that a mistyped or made-up
/// token is refused without asking the database.
/// </summary>
public static class TokenValue
{
    /// <summary>What a personal token starts with.</summary>
    public const string PersonalPrefix = "ot_pat_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int BodyLength = 43;
    private const int ChecksumLength = 6;

    /// <summary>A new token with a prefix.</summary>
    public static string New(string prefix)
    {
        var body = ToBase62(new BigInteger(RandomNumberGenerator.GetBytes(32), isUnsigned: true), BodyLength);
        return prefix + body + Checksum(body);
    }

    /// <summary>Whether a text has the form of a token with this prefix and its checksum fits.</summary>
    public static bool IsWellFormed(string text, string prefix) =>
        text.Length == prefix.Length + BodyLength + ChecksumLength
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && Checksum(text[prefix.Length..^ChecksumLength]) == text[^ChecksumLength..];

    private static string Checksum(string body)
    {
        var crc = uint.MaxValue;
        foreach (var octet in Encoding.UTF8.GetBytes(body))
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ToBase62(~crc, ChecksumLength);
    }

    private static string ToBase62(BigInteger number, int length)
    {
        var digits = new char[length];
        for (var index = length - 1; index >= 0; index--)
        {
            number = BigInteger.DivRem(number, Alphabet.Length, out var digit);
            digits[index] = Alphabet[(int)digit];
        }

        return new string(digits);
    }
}
