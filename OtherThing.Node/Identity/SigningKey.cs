using System.Security.Cryptography;

namespace OtherThing.Agent.Identity;

/// <summary>A P-256 key, whoever computes with it: the system, or the agent itself where the system makes none. Files of both are the same.</summary>
internal abstract class SigningKey : IDisposable
{
    private const string Label = "PRIVATE KEY";

    /// <summary>Whether the system makes and uses such keys, found out by doing so once.</summary>
    private static readonly Lazy<bool> s_systemHasKeys = new(TrySystem);

    /// <summary>The public half as SubjectPublicKeyInfo.</summary>
    internal abstract byte[] PublicKey { get; }

    /// <summary>Who computes, for people.</summary>
    internal static string Provider => s_systemHasKeys.Value ? "the system" : "the agent itself, because this system makes no ECDSA keys";

    internal static SigningKey Create() => s_systemHasKeys.Value ? SystemKey.Make() : ManagedKey.Make();

    /// <exception cref="CryptographicException">The text holds no P-256 key.</exception>
    internal static SigningKey FromPem(string pem) => s_systemHasKeys.Value ? SystemKey.Read(pem) : ManagedKey.Read(pem);

    /// <summary>The signature over SHA-256 of the data: both numbers as 32 bytes each, one after the other.</summary>
    internal abstract byte[] Sign(byte[] data);

    /// <summary>The key for its file: PKCS #8 as PEM.</summary>
    internal string ToPem() => PemEncoding.WriteString(Label, ToPkcs8());

    public abstract void Dispose();

    protected abstract byte[] ToPkcs8();

    /// <exception cref="CryptographicException">There is none.</exception>
    protected static byte[] Pkcs8In(string pem) =>
        PemEncoding.TryFind(pem, out var fields) && pem[fields.Label] == Label
            ? Convert.FromBase64String(pem[fields.Base64Data])
            : throw new CryptographicException("The file of the key holds no private key.");

    private static bool TrySystem()
    {
        try
        {
            using var trial = SystemKey.Make();
            return trial.Sign([1]).Length > 0;
        }
        catch (Exception ex) when (ex is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
