using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace OtherThing.Data.Keys;

/// <summary>Seals an element with AES-256-GCM under a key made from the passphrase: nonce (12 bytes), tag (16), cipher.</summary>
internal sealed class PassphraseXmlEncryptor(PassphraseKey passphrase) : IXmlEncryptor
{
    internal const int NonceSize = 12;
    internal const int TagSize = 16;

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var made = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(made.AsSpan(0, NonceSize));
        var salt = passphrase.Salt;
        using var aes = new AesGcm(passphrase.For(salt, PassphraseKey.Iterations), TagSize);
        aes.Encrypt(made.AsSpan(0, NonceSize), plain, made.AsSpan(NonceSize + TagSize), made.AsSpan(NonceSize, TagSize));
        CryptographicOperations.ZeroMemory(plain);
        return new EncryptedXmlInfo(
            new XElement(
                "passphraseSealed",
                new XAttribute("salt", Convert.ToBase64String(salt)),
                new XAttribute("iterations", PassphraseKey.Iterations.ToString(CultureInfo.InvariantCulture)),
                Convert.ToBase64String(made)),
            typeof(PassphraseXmlDecryptor));
    }
}

/// <summary>Opens what <see cref="PassphraseXmlEncryptor"/> sealed; made by the ring, which knows it by name.</summary>
internal sealed class PassphraseXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    private const int MostIterations = 10_000_000;

    public XElement Decrypt(XElement encryptedElement)
    {
        var passphrase = services.GetService<PassphraseKey>()
            ?? throw new CryptographicException("This key ring was sealed with a passphrase. Set KeyRing:PassphraseFile to the one it was sealed with.");
        var salt = Convert.FromBase64String((string?)encryptedElement.Attribute("salt") ?? "");
        var iterations = (int?)encryptedElement.Attribute("iterations") ?? 0;
        var value = Convert.FromBase64String(encryptedElement.Value);
        if (salt.Length == 0 || iterations is < 1 or > MostIterations || value.Length < PassphraseXmlEncryptor.NonceSize + PassphraseXmlEncryptor.TagSize)
        {
            throw new CryptographicException("A key of this ring is damaged.");
        }

        var rest = value.AsSpan(PassphraseXmlEncryptor.NonceSize);
        var plain = new byte[rest.Length - PassphraseXmlEncryptor.TagSize];
        using var aes = new AesGcm(passphrase.For(salt, iterations), PassphraseXmlEncryptor.TagSize);
        aes.Decrypt(value.AsSpan(0, PassphraseXmlEncryptor.NonceSize), rest[PassphraseXmlEncryptor.TagSize..], rest[..PassphraseXmlEncryptor.TagSize], plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
