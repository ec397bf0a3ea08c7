using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Keys;

/// <summary>Seals the keys of a ring where they lie, so that a copy of the ring opens nothing by itself.</summary>
public sealed class KeyRingSeal : IDisposable
{
    private const string Namespace = "http://schemas.asp.net/2015/03/dataProtection";

    private readonly X509Certificate2? _certificate;
    private readonly PassphraseKey? _passphrase;
    private readonly IXmlEncryptor _encryptor;

    private KeyRingSeal(X509Certificate2? certificate, PassphraseKey? passphrase)
    {
        (_certificate, _passphrase) = (certificate, passphrase);
        _encryptor = passphrase is null ? new CertificateXmlEncryptor(certificate!, NullLoggerFactory.Instance) : new PassphraseXmlEncryptor(passphrase);
    }

    /// <summary>By a certificate and its private RSA key.</summary>
    /// <exception cref="ArgumentException">It has no private RSA key.</exception>
    public static KeyRingSeal With(X509Certificate2 certificate)
    {
        using var key = certificate.GetRSAPrivateKey();
        return key is null
            ? throw new ArgumentException("the certificate has no private RSA key, which opening the ring takes.")
            : new KeyRingSeal(certificate, null);
    }

    /// <summary>By a passphrase.</summary>
    /// <exception cref="ArgumentException">It is shorter than <see cref="PassphraseKey.MinLength"/> characters.</exception>
    public static KeyRingSeal With(string passphrase) => new(null, new PassphraseKey(passphrase));

    /// <summary>Seals each key that a ring makes from now on, and opens those that were sealed so.</summary>
    public void Apply(IDataProtectionBuilder ring)
    {
        if (_certificate is not null)
        {
            ring.ProtectKeysWithCertificate(_certificate);
            return;
        }

        ring.Services.AddSingleton(_passphrase!);
        ring.Services.Configure<KeyManagementOptions>(options => options.XmlEncryptor = _encryptor);
    }

    /// <summary>Seals the keys that lie open in a ring's folder since before it was sealed.</summary>
    /// <returns>How many there were.</returns>
    public int SealFolder(string folder)
    {
        var count = 0;
        foreach (var path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "key-*.xml") : [])
        {
            if (Seal(File.ReadAllText(path)) is { } sealedKey)
            {
                PrivateFiles.Replace(path, sealedKey);
                count++;
            }
        }

        return count;
    }

    /// <summary>A key of a ring, as XML, with its secret sealed; null when nothing in it lies open.</summary>
    public string? Seal(string keyXml)
    {
        var key = XElement.Parse(keyXml);
        var open = key.DescendantsAndSelf()
            .Where(element => (bool?)element.Attribute(XName.Get("requiresEncryption", Namespace)) == true).ToArray();
        foreach (var secret in open)
        {
            var made = _encryptor.Encrypt(new XElement(secret));
            secret.ReplaceWith(new XElement(
                XName.Get("encryptedSecret", Namespace),
                new XAttribute("decryptorType", made.DecryptorType.AssemblyQualifiedName!),
                made.EncryptedElement));
        }

        return open.Length == 0 ? null : key.ToString();
    }

    public void Dispose()
    {
        _certificate?.Dispose();
        _passphrase?.Dispose();
    }
}
