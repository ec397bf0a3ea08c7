using System.Buffers;
using System.Globalization;
using System.Text;

namespace OtherThing.Core.Jobs;

/// <summary>One output of an attempt while it is alive: what was received, in order, head and tail kept.</summary>
public sealed class LogBuffer
{
    /// <summary>Bytes kept from the start, and as many from the end.</summary>
    public const int KeptBytes = 512 * 1024;

    /// <summary>Bytes of one output an agent is asked to send at most.</summary>
    public const int MaxBytes = 2 * KeptBytes;

    private readonly Decoder _live = new UTF8Encoding(false).GetDecoder();
    private readonly ArrayBufferWriter<byte> _head = new();
    private readonly Queue<byte[]> _tail = new();
    private int _tailBytes;
    private long _received;

    /// <summary>Where the next piece goes on, in bytes the program wrote.</summary>
    public long Next { get; private set; }

    /// <summary>Bytes the program wrote that are not here.</summary>
    public long Dropped { get; private set; }

    /// <summary>True when more than twice the cap came: the node does not keep to it.</summary>
    public bool IsOver => _received > 2L * MaxBytes;

    /// <summary>Takes a piece if it goes on where the log ends; the part that is known already is left out.</summary>
    /// <returns>What is new of it, with its offset; null when nothing is or when something is missing before it.</returns>
    public LogPiece? Take(LogPiece piece)
    {
        var end = piece.Offset + piece.Data.Length;
        if (piece.Offset < 0 || piece.Dropped < 0 || piece.Offset - piece.Dropped > Next || end <= Next)
        {
            return null;
        }

        if (piece.Offset < Next)
        {
            piece = piece with { Offset = Next, Data = piece.Data[(int)(Next - piece.Offset)..], Dropped = 0 };
        }

        piece = piece with { Dropped = piece.Offset - Next };
        Append(piece.Data.Span, piece.Dropped);
        Next = end;
        return piece;
    }

    /// <summary>A piece as live text; characters cut by its end wait for the next.</summary>
    public string Decode(LogPiece piece)
    {
        var data = piece.Data.Span;
        if (piece.Dropped > 0)
        {
            // The rest of a character that was begun is gone, and so is the start of one that goes on.
            _live.Reset();
            data = data[Utf8Edge.Rest(data)..];
        }

        var text = new char[_live.GetCharCount(data, flush: false)];
        _live.GetChars(data, text, flush: false);
        return Gap(piece.Dropped) + new string(text);
    }

    /// <summary>The text so far; a gap says how much is missing.</summary>
    public string Text()
    {
        if (Dropped == 0)
        {
            // Pieces end anywhere, also within a character: they are one text only when they are one piece.
            return Encoding.UTF8.GetString([.. _head.WrittenSpan, .. _tail.SelectMany(piece => piece)]);
        }

        var head = _head.WrittenSpan;
        var tail = _tail.SelectMany(piece => piece).ToArray();
        var (begun, rest) = (Utf8Edge.Begun(head), Utf8Edge.Rest(tail));
        return Encoding.UTF8.GetString(head[..^begun]) + Gap(Dropped + begun + rest) + Encoding.UTF8.GetString(tail.AsSpan(rest));
    }

    /// <summary>The mark where output is missing.</summary>
    public static string Gap(long bytes) =>
        bytes == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"\n[... {bytes} bytes left out ...]\n");

    private void Append(ReadOnlySpan<byte> data, long dropped)
    {
        Dropped += dropped;
        _received += data.Length;
        var toHead = Dropped == 0 ? Math.Min(data.Length, KeptBytes - _head.WrittenCount) : 0;
        _head.Write(data[..toHead]);
        if (data.Length == toHead)
        {
            return;
        }

        _tail.Enqueue(data[toHead..].ToArray());
        _tailBytes += data.Length - toHead;
        while (_tailBytes > KeptBytes && _tail.Count > 1)
        {
            var oldest = _tail.Dequeue();
            _tailBytes -= oldest.Length;
            Dropped += oldest.Length;
        }
    }
}
