using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace OtherThing.Data.Keys;

/// <summary>Makes keys from a passphrase: PBKDF2 with SHA-256, once for each salt in the life of the process.</summary>
internal sealed class PassphraseKey : IDisposable
{
    public const int MinLength = 20;
    public const int Iterations = 600_000;
    public const int SaltSize = 16;

    private readonly byte[] _passphrase;
    private readonly ConcurrentDictionary<string, byte[]> _keys = new();
    private volatile byte[]? _salt;

    public PassphraseKey(string passphrase)
    {
        if (passphrase.Length < MinLength)
        {
            throw new ArgumentException($"the passphrase has {passphrase.Length} characters; it takes at least {MinLength}.");
        }

        _passphrase = Encoding.UTF8.GetBytes(passphrase);
    }

    /// <summary>The salt for what is sealed next: that of what was opened before, so that a start makes one key and not one for each ring.</summary>
    public byte[] Salt => _salt ??= RandomNumberGenerator.GetBytes(SaltSize);

    public byte[] For(byte[] salt, int iterations)
    {
        _salt ??= salt;
        return _keys.GetOrAdd(
            $"{Convert.ToHexString(salt)}:{iterations}",
            _ => Rfc2898DeriveBytes.Pbkdf2(_passphrase, salt, iterations, HashAlgorithmName.SHA256, 32));
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_passphrase);
        foreach (var key in _keys.Values)
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
