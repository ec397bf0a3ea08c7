using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Data.Conventions;
using OtherThing.Data.Keys;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Keys;

public sealed class KeyRingSealTests : IDisposable
{
    private const string Passphrase = "a passphrase of some length";

    private readonly TestDirectory _directory = new();

    private string Ring => Path.Combine(_directory.Path, "ring");

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> Kinds => ["passphrase", "certificate"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void B16_SealedRing_HoldsNoOpenKeyAndOpensWithItsSealOnly(string kind)
    {
        using var made = kind == "passphrase" ? KeyRingSeal.With(Passphrase) : KeyRingSeal.With(NewCertificate());

        var value = Protect(made, "kept");

        Assert.All(Directory.GetFiles(Ring), path => Assert.Contains("<encryptedSecret", File.ReadAllText(path), StringComparison.Ordinal));
        Assert.Equal("kept", Unprotect(made, value));
        using var other = kind == "passphrase" ? KeyRingSeal.With("another one, as long as it") : KeyRingSeal.With(NewCertificate());
        Assert.ThrowsAny<CryptographicException>(() => Unprotect(other, value));
        Assert.ThrowsAny<CryptographicException>(() => Unprotect(null, value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void B16_RingThatLayOpen_IsSealedAndStillOpensWhatItSealed(string kind)
    {
        var value = Protect(null, "from before");
        var open = File.ReadAllText(Directory.GetFiles(Ring).Single());
        using var seal = kind == "passphrase" ? KeyRingSeal.With(Passphrase) : KeyRingSeal.With(NewCertificate());

        var count = seal.SealFolder(Ring);

        var secret = System.Text.RegularExpressions.Regex.Match(open, "<value>([^<]+)</value>").Groups[1].Value;
        Assert.NotEqual("", secret);
        Assert.Equal((1, 0), (count, seal.SealFolder(Ring)));
        Assert.DoesNotContain(secret, string.Concat(Directory.GetFiles(Ring).Select(File.ReadAllText)), StringComparison.Ordinal);
        Assert.Equal("from before", Unprotect(seal, value));
    }

    [Fact]
    public void Seal_FlippedBit_IsRefused()
    {
        using var seal = KeyRingSeal.With(Passphrase);
        var value = Protect(seal, "kept");
        var path = Directory.GetFiles(Ring).Single();
        var xml = File.ReadAllText(path);
        var at = xml.IndexOf("</passphraseSealed>", StringComparison.Ordinal) - 10;
        File.WriteAllText(path, xml[..at] + (xml[at] == 'A' ? 'B' : 'A') + xml[(at + 1)..]);

        Assert.ThrowsAny<CryptographicException>(() => Unprotect(seal, value));
    }

    [Fact]
    public void Seal_CertificateWithoutItsKey_IsRefused()
    {
        using var whole = NewCertificate();
        using var half = X509CertificateLoader.LoadCertificate(whole.Export(X509ContentType.Cert));

        Assert.Throws<ArgumentException>(() => KeyRingSeal.With(half));
    }

    private string Protect(KeyRingSeal? seal, string text)
    {
        using var services = RingOf(seal);
        return services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect(text);
    }

    private string Unprotect(KeyRingSeal? seal, string value)
    {
        using var services = RingOf(seal);
        return services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Unprotect(value);
    }

    private ServiceProvider RingOf(KeyRingSeal? seal)
    {
        var services = new ServiceCollection();
        var ring = services.AddDataProtection().SetApplicationName("test").PersistKeysToFileSystem(PrivateFiles.CreateFolder(Ring));
        seal?.Apply(ring);
        return services.BuildServiceProvider();
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=key ring", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
    }
}
