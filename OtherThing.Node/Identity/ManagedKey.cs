using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace OtherThing.Agent.Identity;

/// <summary>A key that the agent computes with by itself.</summary>
internal sealed class ManagedKey : SigningKey
{
    private readonly ECPrivateKeyParameters _key;

    private ManagedKey(ECPrivateKeyParameters key) => _key = key;

    internal override byte[] PublicKey => SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(
        new ECPublicKeyParameters("ECDSA", _key.Parameters.G.Multiply(_key.D).Normalize(), X9ObjectIdentifiers.Prime256v1)).GetDerEncoded();

    internal static ManagedKey Make()
    {
        var generator = new ECKeyPairGenerator("ECDSA");
        generator.Init(new ECKeyGenerationParameters(X9ObjectIdentifiers.Prime256v1, new SecureRandom()));
        return new ManagedKey((ECPrivateKeyParameters)generator.GenerateKeyPair().Private);
    }

    internal static ManagedKey Read(string pem) => PrivateKeyFactory.CreateKey(Pkcs8In(pem)) is ECPrivateKeyParameters key && IsOnCurve(key)
        ? new ManagedKey(new ECPrivateKeyParameters("ECDSA", key.D, X9ObjectIdentifiers.Prime256v1))
        : throw new CryptographicException("The file of the key holds no P-256 key.");

    internal override byte[] Sign(byte[] data)
    {
        var signer = SignerUtilities.GetSigner("SHA-256withPLAIN-ECDSA");
        signer.Init(forSigning: true, new ParametersWithRandom(_key, new SecureRandom()));
        signer.BlockUpdate(data, 0, data.Length);
        return signer.GenerateSignature();
    }

    public override void Dispose()
    {
        // Its numbers are the runtime's to collect.
    }

    protected override byte[] ToPkcs8() => PrivateKeyInfoFactory.CreatePrivateKeyInfo(_key).GetDerEncoded();

    private static bool IsOnCurve(ECPrivateKeyParameters key) => key.PublicKeyParamSet is { } named
        ? named.Equals(X9ObjectIdentifiers.Prime256v1)
        : key.Parameters.Equals(new ECDomainParameters(ECNamedCurveTable.GetByOid(X9ObjectIdentifiers.Prime256v1)));
}
