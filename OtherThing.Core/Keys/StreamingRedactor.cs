using System.Buffers;
using System.Text;

namespace OtherThing.Core.Keys;

/// <summary>
/// Takes a secret out of a stream of UTF-8 bytes, however it is cut: what could be the beginning of the secret is held back until the next
/// bytes tell. Everything else passes at once. Not thread-safe; one stream each.
/// </summary>
public sealed class StreamingRedactor
{
    // At the end of a stream so many characters of a shape are secret enough to be masked without the rest.
    private const int RevealingLength = 12;

    private static readonly byte[] s_mask = Encoding.ASCII.GetBytes(SecretRedactor.Mask);

    private readonly PatternSearch? _shapes;
    private readonly ArrayBufferWriter<byte> _held = new(256);

    // Where in the held bytes each character of the match at work begins; as many as the state is deep.
    private readonly List<int> _starts = [];
    private int _state;
    private int _read;

    internal StreamingRedactor(PatternSearch? shapes) => _shapes = shapes;

    /// <summary>The next piece of the stream; what is sure to hold no secret is written on.</summary>
    public void Push(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        if (_shapes is null)
        {
            output.Write(piece);
            return;
        }

        _held.Write(piece);
        Scan(isAll: false, output);
        Pass(_starts.Count > 0 ? _starts[0] : _read, output);
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
            Pass(_starts[0], output);
            output.Write(s_mask);
        }
        else
        {
            output.Write(_held.WrittenSpan);
        }

        Forget(_held.WrittenCount);
    }

    private void Scan(bool isAll, IBufferWriter<byte> output)
    {
        Span<byte> character = stackalloc byte[4];
        while (_read < _held.WrittenCount)
        {
            var taken = EscapeReader.Read(_held.WrittenSpan[_read..], isAll, character, out var length);
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
                    continue;
                }

                Follow(character[at], start);
                if (_shapes!.MatchLength(_state) is var matched and > 0)
                {
                    Pass(_starts[^matched], output);
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
        _starts.RemoveRange(0, _starts.Count - _shapes.Depth(_state));
    }

    /// <summary>Writes the first bytes held and keeps the rest, the match at work included.</summary>
    private void Pass(int count, IBufferWriter<byte> output)
    {
        if (count == 0)
        {
            return;
        }

        output.Write(_held.WrittenSpan[..count]);
        Keep(count);
    }

    private void Forget(int count)
    {
        _starts.Clear();
        _state = 0;
        Keep(Math.Min(count, _held.WrittenCount));
    }

    private void Keep(int from)
    {
        var rest = _held.WrittenSpan[from..].ToArray();
        _held.ResetWrittenCount();
        _held.Write(rest);
        _read -= Math.Min(from, _read);
        for (var at = 0; at < _starts.Count; at++)
        {
            _starts[at] -= from;
        }
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
