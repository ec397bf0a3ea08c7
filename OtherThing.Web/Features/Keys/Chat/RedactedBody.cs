using System.Buffers;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>The body of an answer without the key; the answer ends with it.</summary>
internal sealed class RedactedBody(HttpResponseMessage response, Stream body, StreamingRedactor redactor) : IDisposable
{
    private readonly byte[] _raw = new byte[8 * 1024];
    private readonly ArrayBufferWriter<byte> _clean = new();
    private bool _isAtEnd;

    /// <summary>The next bytes, good until the next call; none at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        _clean.ResetWrittenCount();
        while (_clean.WrittenCount == 0 && !_isAtEnd)
        {
            var read = await body.ReadAsync(_raw, cancellationToken);
            if (read > 0)
            {
                redactor.Push(_raw.AsSpan(0, read), _clean);
            }
            else
            {
                _isAtEnd = true;
                redactor.Complete(_clean);
            }
        }

        return _clean.WrittenMemory;
    }

    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }
}
