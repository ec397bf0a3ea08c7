using System.Buffers.Binary;

namespace OtherThing.Agent.Shims;

/// <summary>What agent and shim say on the pipe between them: a kind, a length, a body. The files stay the truth.</summary>
internal enum ShimFrameKind : byte
{
    /// <summary>To the shim: run this <see cref="ShimSpec"/>.</summary>
    Run = 1,

    /// <summary>To the shim: look at the control file now.</summary>
    Look = 2,

    /// <summary>From the shim: warm and free.</summary>
    Ready = 3,

    /// <summary>From the shim: the process runs.</summary>
    Started = 4,

    /// <summary>From the shim: there is more output.</summary>
    Output = 5,

    /// <summary>From the shim: it ended, with a <see cref="ShimExit"/>.</summary>
    Ended = 6,
}

internal static class ShimFrame
{
    internal const int HeaderLength = 5;
    internal const int MaxLength = 16 * 1024 * 1024;

    internal static byte[] Encode(ShimFrameKind kind, ReadOnlySpan<byte> body)
    {
        var frame = new byte[HeaderLength + body.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>The first whole frame of the buffer and how long it is; null when more must come.</summary>
    internal static (ShimFrameKind Kind, ReadOnlyMemory<byte> Body, int Length)? Decode(ReadOnlyMemory<byte> buffer)
    {
        if (buffer.Length < HeaderLength)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.Span[1..]);
        if (length is < 0 or > MaxLength)
        {
            throw new InvalidDataException($"A shim frame of {length} bytes.");
        }

        return buffer.Length < HeaderLength + length
            ? null
            : ((ShimFrameKind)buffer.Span[0], buffer.Slice(HeaderLength, length), HeaderLength + length);
    }
}

/// <summary>Collects bytes of a pipe and hands out whole frames.</summary>
internal sealed class ShimFrameBuffer
{
    private byte[] _bytes = new byte[4096];
    private int _count;

    internal void Append(ReadOnlySpan<byte> data)
    {
        if (_count + data.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + data.Length));
        }

        data.CopyTo(_bytes.AsSpan(_count));
        _count += data.Length;
    }

    internal bool TryTake(out ShimFrameKind kind, out byte[] body)
    {
        if (ShimFrame.Decode(_bytes.AsMemory(0, _count)) is not { } frame)
        {
            (kind, body) = (default, []);
            return false;
        }

        (kind, body) = (frame.Kind, frame.Body.ToArray());
        _bytes.AsSpan(frame.Length, _count - frame.Length).CopyTo(_bytes);
        _count -= frame.Length;
        return true;
    }
}
