using System.Security.Cryptography;
using System.Text;

namespace OtherThing.Core.Nodes;

/// <summary>What a node signs with its P-256 key (SHA-256, r||s), and how it is checked.</summary>
public static class KeyProof
{
    /// <summary>Before the enrol id that a poll proves.</summary>
    public const string Poll = "otherthing.poll.v1\n";

    /// <summary>Before the join token that a redemption proves.</summary>
    public const string Redeem = "otherthing.redeem.v1\n";

    /// <summary>Before the assertion that a token request proves.</summary>
    public const string Assertion = "otherthing.assertion.v1\n";

    /// <summary>True for a P-256 key as SubjectPublicKeyInfo and nothing else.</summary>
    public static bool IsKey(byte[] publicKey) => publicKey.Length is > 64 and < 200 && Import(publicKey) is { } key && Free(key);

    /// <summary>True when the signature over prefix and payload is by this key.</summary>
    public static bool Holds(byte[] publicKey, string prefix, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 64 || Import(publicKey) is not { } key)
        {
            return false;
        }

        using (key)
        {
            byte[] message = [.. Encoding.UTF8.GetBytes(prefix), .. payload];
            return key.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    private static bool Free(ECDsa key)
    {
        key.Dispose();
        return true;
    }

    private static ECDsa? Import(byte[] publicKey)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            if (read == publicKey.Length && key.KeySize == 256 && key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
            {
                return key;
            }
        }
        catch (CryptographicException)
        {
            // not a key
        }

        key.Dispose();
        return null;
    }
}
