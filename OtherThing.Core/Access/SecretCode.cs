using System.Security.Cryptography;
using System.Text;

namespace OtherThing.Core.Access;

/// <summary>Makes the codes people pass on, and the hashes they are known by.</summary>
public static class SecretCode
{
    // No 0, O, 1, I: codes are read aloud and typed.
    private const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    /// <summary>A code of 26 characters, 130 random bits.</summary>
    public static string New() => RandomNumberGenerator.GetString(Alphabet, 26);

    /// <summary>The code as it is compared: upper case, without dashes and spaces.</summary>
    public static string Normalize(string code) =>
        string.Concat(code.Where(letter => letter is not ('-' or ' '))).ToUpperInvariant();

    /// <summary>What is stored in place of a secret: SHA-256, 64 lower-case hex digits.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
