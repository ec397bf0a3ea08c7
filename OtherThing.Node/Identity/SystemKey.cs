using System.Security.Cryptography;

namespace OtherThing.Agent.Identity;

/// <summary>A key that the system computes with.</summary>
internal sealed class SystemKey : SigningKey
{
    private readonly ECDsa _key;

    private SystemKey(ECDsa key) => _key = key;

    internal override byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    internal static SystemKey Make() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    internal static SystemKey Read(string pem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return new SystemKey(key);
    }

    internal override byte[] Sign(byte[] data) => _key.SignData(data, HashAlgorithmName.SHA256);

    public override void Dispose() => _key.Dispose();

    protected override byte[] ToPkcs8() => _key.ExportPkcs8PrivateKey();
}
