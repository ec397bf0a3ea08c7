using System.Security.Cryptography;
using OtherThing.Agent.Identity;

namespace OtherThing.Tests.Agent;

/// <summary>Both ways to a P-256 key make the same: a file and a signature of one are good for the other, and for the server.</summary>
public sealed class SigningKeyTests
{
    private static readonly byte[] s_data = [1, 2, 3];

    [Fact]
    public void ManagedKey_SignsWhatTheServerVerifies()
    {
        using var key = ManagedKey.Make();
        using var server = ECDsa.Create();
        server.ImportSubjectPublicKeyInfo(key.PublicKey, out var read);

        Assert.Equal(key.PublicKey.Length, read);
        Assert.True(server.VerifyData(s_data, key.Sign(s_data), HashAlgorithmName.SHA256));
        Assert.False(server.VerifyData("other"u8.ToArray(), key.Sign(s_data), HashAlgorithmName.SHA256));
    }

    [Fact]
    public void File_OfTheSystemsKey_IsReadByTheAgentAlone()
    {
        using var system = SystemKey.Make();
        using var managed = ManagedKey.Read(system.ToPem());

        Assert.Equal(system.PublicKey, managed.PublicKey);
        AssertSignsFor(system.PublicKey, managed);
    }

    [Fact]
    public void File_OfTheAgentsOwnKey_IsReadByTheSystem()
    {
        using var managed = ManagedKey.Make();
        using var system = SystemKey.Read(managed.ToPem());

        Assert.Equal(managed.PublicKey, system.PublicKey);
        AssertSignsFor(managed.PublicKey, system);
    }

    [Fact]
    public void ManagedKey_FileOfAnotherCurve_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<CryptographicException>(() => ManagedKey.Read(other.ExportPkcs8PrivateKeyPem()));
        Assert.Throws<CryptographicException>(() => ManagedKey.Read("nothing"));
    }

    private static void AssertSignsFor(byte[] publicKey, SigningKey key)
    {
        using var server = ECDsa.Create();
        server.ImportSubjectPublicKeyInfo(publicKey, out _);
        Assert.True(server.VerifyData(s_data, key.Sign(s_data), HashAlgorithmName.SHA256));
    }
}
