using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace OtherThing.Core.Payloads;

/// <summary>Why a packed body cannot be had.</summary>
public enum PackingFault
{
    /// <summary>It is packed in a way this server does not know.</summary>
    Unknown,

    /// <summary>It is damaged, was cut off, or is not packed as it says.</summary>
    Broken,

    /// <summary>It is larger than allowed once it is unpacked.</summary>
    TooLarge,
}

/// <summary>Unpacks what a <c>Content-Encoding</c> says was packed: gzip, deflate and br, also one around the other.</summary>
public static class PayloadPacking
{
    /// <param name="body">The bytes as they came.</param>
    /// <param name="contentEncoding">The header; null when there is none.</param>
    /// <param name="mostBytes">The most bytes it may have, unpacked.</param>
    /// <param name="unpacked">The same memory when nothing is packed.</param>
    /// <param name="fault">Why not.</param>
    public static bool TryUnpack(
        ReadOnlyMemory<byte> body, string? contentEncoding, int mostBytes, out ReadOnlyMemory<byte> unpacked, [NotNullWhen(false)] out PackingFault? fault)
    {
        (unpacked, fault) = (body, null);
        // They are named in the order in which they were laid around the body.
        foreach (var encoding in (contentEncoding ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Reverse())
        {
            if (encoding.Equals("identity", StringComparison.OrdinalIgnoreCase) || unpacked.IsEmpty)
            {
                continue;
            }

            using var packed = new MemoryStream(unpacked.ToArray(), writable: false);
            using var stream = Open(encoding.ToLowerInvariant(), packed);
            fault = stream is null ? PackingFault.Unknown : Read(stream, mostBytes, out unpacked);
            if (fault is not null)
            {
                return false;
            }
        }

        return true;
    }

    private static PackingFault? Read(Stream stream, int mostBytes, out ReadOnlyMemory<byte> unpacked)
    {
        unpacked = default;
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                if (bytes.Length + read > mostBytes)
                {
                    return PackingFault.TooLarge;
                }

                bytes.Write(buffer, 0, read);
            }
        }
        catch (Exception damaged) when (IsDamage(damaged))
        {
            return PackingFault.Broken;
        }

        unpacked = bytes.ToArray();
        return null;
    }

    /// <summary>True for what the unpacking streams throw on bytes that are damaged or end too early.</summary>
    public static bool IsDamage(Exception exception) =>
        exception is InvalidDataException or InvalidOperationException { Source: "System.IO.Compression.Brotli" };

    private static Stream? Open(string encoding, MemoryStream packed) => encoding switch
    {
        "gzip" or "x-gzip" => new GZipStream(packed, CompressionMode.Decompress),
        "br" => new BrotliStream(packed, CompressionMode.Decompress),
        "deflate" => HasZlibHeader(packed) ? new ZLibStream(packed, CompressionMode.Decompress) : new DeflateStream(packed, CompressionMode.Decompress),
        _ => null,
    };

    /// <summary>"deflate" is zlib by the standard and bare deflate with many senders.</summary>
    private static bool HasZlibHeader(MemoryStream packed) =>
        packed.ToArray() is [var method, var flags, ..] && (method & 0x0F) == 8 && ((method << 8) | flags) % 31 == 0;
}
