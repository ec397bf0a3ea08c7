using System.IO.Compression;
using OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>The bytes of a log chunk, unpacked but never more than its limit.</summary>
internal static class LogData
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>The bytes; null when there are too many or they are not what they say.</summary>
    public static ReadOnlyMemory<byte>? Read(LogChunk chunk)
    {
        if (!chunk.Gzip)
        {
            return chunk.Data.Length <= MaxBytes ? chunk.Data.Memory : null;
        }

        using var packed = new MemoryStream(chunk.Data.ToByteArray());
        using var unpacking = new GZipStream(packed, CompressionMode.Decompress);
        var bytes = new byte[MaxBytes + 1];
        try
        {
            var read = unpacking.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read <= MaxBytes ? bytes.AsMemory(0, read) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
