using System.Net;

namespace OtherThing.Core.Nodes.Models;

/// <summary>Sends a request through a tunnel to a server of models on a machine. Of the request only its method, path and body go there.</summary>
/// <param name="open">Asks the machine for a tunnel.</param>
/// <param name="clock">The clock.</param>
internal sealed class TunnelHandler(Func<NodeTunnel> open, TimeProvider clock) : HttpMessageHandler
{
    private const int PieceBytes = 64 * 1024;

    // A machine that has a session opens a stream in milliseconds; what takes longer is not there any more.
    private static readonly TimeSpan s_opens = TimeSpan.FromSeconds(10);

    /// <exception cref="TunnelException">There is no answer.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken) : [];
        var tunnel = open();
        try
        {
            var most = await WaitAsync(tunnel, cancellationToken);
            if (body.Length > most)
            {
                throw new TunnelException("too_large", $"the request has {body.Length:N0} bytes, and the machine takes {most:N0}");
            }

            tunnel.Tell(new TunnelPart.Open(request.Method.Method, request.RequestUri!.AbsolutePath));
            for (var at = 0; at < body.Length; at += PieceBytes)
            {
                tunnel.Tell(new TunnelPart.Data(body.AsMemory(at, Math.Min(PieceBytes, body.Length - at))));
            }

            tunnel.Tell(new TunnelPart.End());
            var head = await tunnel.HeadAsync(cancellationToken);
            var response = new HttpResponseMessage((HttpStatusCode)head.Status)
            { Content = new StreamContent(new TunnelStream(tunnel)), RequestMessage = request };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", head.ContentType);
            response.Headers.TryAddWithoutValidation("Retry-After", head.RetryAfter);
            return response;
        }
        catch
        {
            tunnel.Dispose();
            throw;
        }
    }

    private async Task<long> WaitAsync(NodeTunnel tunnel, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_opens, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await tunnel.OpenedAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TunnelException("gone", $"the machine did not answer within {s_opens.TotalSeconds:0} s");
        }
    }
}

/// <summary>The bytes of an answer; letting go of it closes the tunnel.</summary>
internal sealed class TunnelStream(NodeTunnel tunnel) : Stream
{
    private ReadOnlyMemory<byte> _left;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left.IsEmpty)
        {
            _left = await tunnel.ReadAsync(cancellationToken);
        }

        var taken = Math.Min(buffer.Length, _left.Length);
        _left[..taken].CopyTo(buffer);
        _left = _left[taken..];
        return taken;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
            tunnel.Dispose();
        }

        base.Dispose(disposing);
    }
}
