using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace OtherThing.Core.Keys;

/// <summary>A secret in memory: it cannot be printed or serialized by accident and is wiped when disposed.</summary>
[DebuggerDisplay("***")]
[JsonConverter(typeof(RefuseToSerialize))]
public sealed class SecretValue : IDisposable
{
    private readonly byte[] _bytes;
    private bool _isWiped;

    /// <summary>A secret of a text.</summary>
    public SecretValue(string text) => _bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>A secret of its UTF-8 bytes; the array becomes the secret's own and is wiped with it.</summary>
    public SecretValue(byte[] utf8) => _bytes = utf8;

    /// <summary>The UTF-8 bytes.</summary>
    /// <exception cref="ObjectDisposedException">It was wiped.</exception>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isWiped, this);
            return _bytes;
        }
    }

    /// <summary>The text, for the one header it is sent in.</summary>
    /// <exception cref="ObjectDisposedException">It was wiped.</exception>
    public string Expose() => Encoding.UTF8.GetString(Bytes);

    /// <inheritdoc/>
    public override string ToString() => "***";

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _isWiped = true;
    }

    private sealed class RefuseToSerialize : JsonConverter<SecretValue>
    {
        public override SecretValue Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is not read from JSON.");

        public override void Write(System.Text.Json.Utf8JsonWriter writer, SecretValue value, System.Text.Json.JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is not written to JSON.");
    }
}
