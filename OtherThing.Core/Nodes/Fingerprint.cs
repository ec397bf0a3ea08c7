using System.Security.Cryptography;

namespace OtherThing.Core.Nodes;

/// <summary>A public key as four words a person can compare aloud (proquints of the first 64 bits of its SHA-256).</summary>
public static class Fingerprint
{
    private const string Consonants = "bdfghjklmnprstvz";
    private const string Vowels = "aiou";

    /// <summary>The words, <c>lusab-babad-gutih-tugad</c>.</summary>
    public static string Words(byte[] publicKey)
    {
        var hash = SHA256.HashData(publicKey);
        return string.Join('-', Enumerable.Range(0, 4).Select(index => Word((hash[index * 2] << 8) | hash[(index * 2) + 1])));
    }

    private static string Word(int bits) => new(
    [
        Consonants[(bits >> 12) & 15], Vowels[(bits >> 10) & 3], Consonants[(bits >> 6) & 15], Vowels[(bits >> 4) & 3], Consonants[bits & 15],
    ]);
}
