using System.Buffers;

namespace OtherThing.Core.Keys;

/// <summary>
/// Takes one secret out of whatever passes: as it is, escaped for JSON, URL or XML character by character, in base64, base32 or hex at any
/// offset, reversed, and broken by white space. ASCII letters count alike in both cases.
/// </summary>
public sealed class SecretRedactor
{
    /// <summary>Values shorter than this many characters cannot be masked: they would take ordinary words with them.</summary>
    public const int MinLength = 8;

    /// <summary>What stands in the secret's place.</summary>
    public const string Mask = "***";

    // Immutable once built, so one serves every stream of a call.
    private readonly PatternSearch? _shapes;

    /// <summary>A redactor for one secret.</summary>
    public SecretRedactor(string secret) => _shapes = secret.Length < MinLength ? null : new PatternSearch(SecretShapes.Of(secret));

    /// <summary>The text without the secret.</summary>
    public string Redact(string text)
    {
        var stream = NewText();
        return stream.Push(text) + stream.Complete();
    }

    /// <summary>UTF-8 bytes without the secret.</summary>
    public byte[] Redact(ReadOnlySpan<byte> utf8)
    {
        var output = new ArrayBufferWriter<byte>(utf8.Length + Mask.Length);
        var stream = NewStream();
        stream.Push(utf8, output);
        stream.Complete(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A redactor of one stream of UTF-8 bytes that arrives in pieces.</summary>
    public StreamingRedactor NewStream() => new(_shapes);

    /// <summary>A redactor of one text that arrives in pieces.</summary>
    public StreamingTextRedactor NewText() => new(NewStream());
}
