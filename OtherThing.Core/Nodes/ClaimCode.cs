using System.Security.Cryptography;
using System.Text;

namespace OtherThing.Core.Nodes;

/// <summary>Codes and tokens people carry from a machine to a page and back; only hashes are kept.</summary>
public static class ClaimCode
{
    private const string Letters = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

    /// <summary>A new code of eight characters without look-alikes, <c>ABCD-EFGH</c>.</summary>
    public static string New() => RandomNumberGenerator.GetString(Letters, 4) + "-" + RandomNumberGenerator.GetString(Letters, 4);

    /// <summary>The hash to keep or look up; null when the text cannot be a code. Case, spaces and dashes do not matter.</summary>
    public static byte[]? Hash(string? text)
    {
        if (text is null || text.Length > 40)
        {
            return null;
        }

        var plain = new string([.. text.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]);
        return plain.Length == 8 ? HashOf("otherthing.claim.v1\n" + plain) : null;
    }

    /// <summary>A new join token of 256 bits, <c>ot_join_...</c>.</summary>
    public static string NewJoinToken() => "ot_join_" + RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>The hash of a join token.</summary>
    public static byte[] HashToken(string token) => HashOf("otherthing.join.v1\n" + token.Trim());

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
