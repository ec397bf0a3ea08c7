using System.Buffers;
using System.Text;

namespace OtherThing.Core.Keys;

/// <summary>
/// Takes a secret out of a stream of UTF-8 bytes, however it is cut: what could be the beginning of the secret is held back until the next
/// bytes tell. Everything else passes at once. The work is linear in the bytes that come, and what is held is bounded, whoever sends them.
/// Not thread-safe; one stream each.
/// </summary>
public sealed class StreamingRedactor
{
    // At the end of a stream so many characters of a shape are secret enough to be masked without the rest.
    private const int RevealingLength = 12;

    // A large piece is looked through part by part, so that it is never held whole.
    private const int PartBytes = 8 * 1024;

    // So many bytes of white space may stand in a secret; beyond that it is not held back any longer.
    private const int MaxSpace = 64 * 1024;

    // "\ud83d\ude00": as many bytes as one character takes at most.
    private const int LongestCharacter = 12;

    private static readonly byte[] s_mask = Encoding.ASCII.GetBytes(SecretRedactor.Mask);

    private readonly PatternSearch? _shapes;
    private readonly MatchStarts _starts = new();

    // Held is what stands from _from to _end; it is read up to _read.
    private byte[] _bytes = new byte[256];
    private int _from;
    private int _read;
    private int _end;
    private int _state;

    internal StreamingRedactor(PatternSearch? shapes) => _shapes = shapes;

    /// <summary>The next piece of the stream; what is sure to hold no secret is written on.</summary>
    public void Push(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        if (_shapes is null)
        {
            output.Write(piece);
            return;
        }

        while (!piece.IsEmpty)
        {
            var part = piece[..Math.Min(piece.Length, PartBytes)];
            piece = piece[part.Length..];
            Hold(part);
            Scan(isAll: false, output);
            Pass(_starts.Count > 0 ? _starts.First : _read, output);
        }
    }

    /// <summary>The stream is at its end: what was held back is written on, or masked when it is most of a secret that was cut off.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (_shapes is null)
        {
            return;
        }

        Scan(isAll: true, output);
        if (_starts.Count >= RevealingLength)
        {
            Pass(_starts.First, output);
            output.Write(s_mask);
        }
        else
        {
            Pass(_end, output);
        }

        Forget(_end);
    }

    private void Scan(bool isAll, IBufferWriter<byte> output)
    {
        Span<byte> character = stackalloc byte[4];
        while (_read < _end)
        {
            var taken = EscapeReader.Read(_bytes.AsSpan(_read, _end - _read), isAll, character, out var length);
            if (taken == 0)
            {
                return;
            }

            var start = _read;
            _read += taken;
            for (var at = 0; at < length; at++)
            {
                if (EscapeReader.IsSpace(character[at]))
                {
                    LetGoOfTheFar();
                    continue;
                }

                Follow(character[at], start);
                if (_shapes!.MatchLength(_state) is var matched and > 0)
                {
                    Pass(_starts.OfLast(matched), output);
                    output.Write(s_mask);
                    Forget(_read);
                    break;
                }
            }
        }
    }

    private void Follow(byte value, int start)
    {
        _state = _shapes!.Next(_state, value);
        _starts.Add(start);
        _starts.KeepLast(_shapes.Depth(_state));
    }

    /// <summary>White space alone could keep a match at work for ever; one that began nearer by may still become the secret.</summary>
    private void LetGoOfTheFar()
    {
        while (_starts.Count > 0 && _read - _starts.First > MaxSpace + (LongestCharacter * _starts.Count))
        {
            _state = _shapes!.Shorter(_state);
            _starts.KeepLast(_shapes.Depth(_state));
        }
    }

    /// <summary>Writes what is held up to here and keeps the rest, the match at work included.</summary>
    private void Pass(int upTo, IBufferWriter<byte> output)
    {
        output.Write(_bytes.AsSpan(_from, upTo - _from));
        _from = upTo;
    }

    /// <summary>Drops what is held up to here, and the match at work.</summary>
    private void Forget(int upTo)
    {
        _starts.KeepLast(0);
        _state = 0;
        _from = upTo;
    }

    /// <summary>Moves what is held only when there is no room behind it, and then into twice the room it needs: each byte moves a few times at most.</summary>
    private void Hold(ReadOnlySpan<byte> part)
    {
        if (_end + part.Length > _bytes.Length)
        {
            var held = _bytes.AsSpan(_from, _end - _from);
            var needed = 2 * (held.Length + part.Length);
            var room = needed > _bytes.Length ? new byte[needed] : _bytes;
            held.CopyTo(room);
            _starts.Shift(_from);
            (_bytes, _read, _end, _from) = (room, _read - _from, held.Length, 0);
        }

        part.CopyTo(_bytes.AsSpan(_end));
        _end += part.Length;
    }
}

/// <summary>A <see cref="StreamingRedactor"/> for a text that arrives in pieces.</summary>
public sealed class StreamingTextRedactor
{
    private readonly StreamingRedactor _bytes;
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    internal StreamingTextRedactor(StreamingRedactor bytes) => _bytes = bytes;

    /// <summary>The next piece; returns what is sure to hold no secret.</summary>
    public string Push(string piece)
    {
        var output = new ArrayBufferWriter<byte>();
        _bytes.Push(Encode(piece, flush: false), output);
        return Decode(output.WrittenSpan, flush: false);
    }

    /// <summary>The text is at its end; returns what was held back.</summary>
    public string Complete()
    {
        var output = new ArrayBufferWriter<byte>();
        _bytes.Push(Encode("", flush: true), output);
        _bytes.Complete(output);
        return Decode(output.WrittenSpan, flush: true);
    }

    private byte[] Encode(string piece, bool flush)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(piece.Length + 1)];
        _encoder.Convert(piece, bytes, flush, out _, out var used, out _);
        return bytes[..used];
    }

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length + 1)];
        _decoder.Convert(bytes, characters, flush, out _, out var used, out _);
        return new string(characters, 0, used);
    }
}
