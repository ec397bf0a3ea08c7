using Google.Protobuf;
using OtherThing.Agent.Native;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>How far one stream of an attempt has gone to the server. The shim's file is the spool: what is not acknowledged is read again.</summary>
internal sealed class LogCursor(LogStream stream, string path, long headMax)
{
    internal const int ChunkBytes = 64 * 1024;
    private const long Window = 1 << 20;

    /// <summary>Where the server goes on; never behind what it told last.</summary>
    internal long Acked { get; private set; }

    internal long Sent { get; private set; }

    /// <summary>Known once the attempt has ended.</summary>
    internal LogExtent? Extent { get; set; }

    /// <summary>The server wants no more of it.</summary>
    internal bool Stopped { get; set; }

    internal long Total => Stopped ? Acked : Extent?.Total ?? LiveEnd();

    internal bool IsDelivered => Stopped || (Extent is { } extent && Acked >= extent.Total);

    internal void Acknowledge(long next)
    {
        Acked = next;
        Sent = Math.Max(Sent, next);
    }

    /// <summary>Starts again from what the server has, after a broken connection.</summary>
    internal void Rewind(long? next = null)
    {
        Acked = next ?? Acked;
        Sent = Acked;
    }

    /// <summary>The next piece in order, or null when there is none or enough is under way.</summary>
    internal LogChunk? Next(string attemptId, ulong fence)
    {
        if (Stopped || Sent - Acked >= Window || Read(Sent) is not { } chunk)
        {
            return null;
        }

        chunk.AttemptId = attemptId;
        chunk.Fence = fence;
        Sent = (long)chunk.Offset + chunk.Data.Length;
        chunk.Last = Extent is { } extent && Sent == extent.Total;
        return chunk;
    }

    /// <summary>All that is not acknowledged, when it is at most <paramref name="most"/> bytes; null when it is more.</summary>
    internal List<LogChunk>? Rest(string attemptId, ulong fence, long most)
    {
        var chunks = new List<LogChunk>();
        for (var at = Acked; !Stopped && Read(at) is { } chunk;)
        {
            most -= chunk.Data.Length;
            if (most < 0)
            {
                return null;
            }

            (chunk.AttemptId, chunk.Fence) = (attemptId, fence);
            at = (long)chunk.Offset + chunk.Data.Length;
            chunk.Last = at == Extent!.Total;
            chunks.Add(chunk);
        }

        return chunks;
    }

    private LogChunk? Read(long offset)
    {
        var dropped = 0L;
        var end = LiveEnd();
        if (Extent is { } extent)
        {
            if (offset >= extent.Head && offset < extent.TailStart)
            {
                dropped = extent.TailStart - offset;
                offset = extent.TailStart;
            }

            end = offset < extent.Head ? extent.Head : extent.Total;
        }

        var count = (int)Math.Min(ChunkBytes, end - offset);
        if (count <= 0)
        {
            return null;
        }

        var data = new byte[count];
        var inFile = Extent is { } known && offset >= known.TailStart ? known.Head + offset - known.TailStart : offset;
        if (offset < 0 || !TryRead(data, inFile))
        {
            // What it wrote is not there any more: without a sandbox a job can take its own output away.
            Stopped = true;
            return null;
        }

        return new LogChunk { Stream = stream, Offset = (ulong)offset, Dropped = (ulong)dropped, Data = UnsafeByteOperations.UnsafeWrap(data) };
    }

    private bool TryRead(Span<byte> data, long offset)
    {
        try
        {
            using var file = FileFacts.OpenFile(path);
            while (file is not null && !data.IsEmpty && RandomAccess.Read(file, data, offset) is > 0 and var count)
            {
                data = data[count..];
                offset += count;
            }

            return data.IsEmpty;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private long LiveEnd()
    {
        // Behind the head the file holds the newest part, whose offset is known only at the end.
        var file = new FileInfo(path);
        return file.Exists ? Math.Min(file.Length, headMax) : 0;
    }
}
