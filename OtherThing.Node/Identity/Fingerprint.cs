using System.Security.Cryptography;

namespace OtherThing.Agent.Identity;

/// <summary>
/// The machine's key as four words (proquints of the first 64 bits of its SHA-256): the page that takes a claim code shows them too,
/// so that its owner sees that both speak of the same machine. Made here, never told by the server.
/// </summary>
internal static class Fingerprint
{
    private const string Consonants = "bdfghjklmnprstvz";
    private const string Vowels = "aiou";

    internal static string Words(byte[] publicKey)
    {
        var hash = SHA256.HashData(publicKey);
        return string.Join('-', Enumerable.Range(0, 4).Select(index => Word((hash[index * 2] << 8) | hash[(index * 2) + 1])));
    }

    private static string Word(int bits) => new(
    [
        Consonants[(bits >> 12) & 15], Vowels[(bits >> 10) & 3], Consonants[(bits >> 6) & 15], Vowels[(bits >> 4) & 3], Consonants[bits & 15],
    ]);
}
