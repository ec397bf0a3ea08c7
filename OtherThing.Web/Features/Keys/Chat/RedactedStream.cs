using System.Buffers;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>An answer without the key: read-only; the scanner sees what is passed on.</summary>
internal sealed class RedactedStream(Stream inner, StreamingRedactor redactor, UsageScanner scanner) : Stream
{
    private readonly byte[] _raw = new byte[8 * 1024];
    private readonly ArrayBufferWriter<byte> _clean = new();
    private int _given;
    private bool _isAtEnd;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (NeedsMore)
        {
            Take(inner.Read(_raw));
        }

        return Give(buffer.AsSpan(offset, count));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (NeedsMore)
        {
            Take(await inner.ReadAsync(_raw, cancellationToken));
        }

        return Give(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool NeedsMore => _given == _clean.WrittenCount && !_isAtEnd;

    private void Take(int read)
    {
        _clean.ResetWrittenCount();
        _given = 0;
        if (read > 0)
        {
            redactor.Push(_raw.AsSpan(0, read), _clean);
        }
        else
        {
            _isAtEnd = true;
            redactor.Complete(_clean);
        }

        scanner.See(_clean.WrittenSpan);
    }

    private int Give(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _clean.WrittenCount - _given);
        _clean.WrittenSpan.Slice(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }
}
