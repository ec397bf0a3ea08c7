using System.Net;
using OtherThing.Core.Egress;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>
/// Sits between a provider's SDK and the network for one call: holds it to the origin the key is bound to and to one request, and keeps what
/// the SDKs hide: how far the call got, the error body, and the usage as it was sent.
/// </summary>
internal sealed class ProviderTap(HttpMessageInvoker transport, EgressPolicy egress, string boundHost) : HttpMessageHandler
{
    private const int MaxErrorBytes = 16 * 1024;
    private int _requests;

    /// <summary>The status the provider answered with; null while it has not answered.</summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>The body of an error answer.</summary>
    public byte[] ErrorBody { get; private set; } = [];

    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>True when no byte of the request can have reached the provider.</summary>
    public bool NothingSent { get; private set; } = true;

    /// <summary>Why there was no connection.</summary>
    public string? Unreachable { get; private set; }

    public UsageScanner Usage { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        if (Interlocked.Increment(ref _requests) > 1)
        {
            throw new InvalidOperationException("A call of a provider is one request; its SDK tried a second one.");
        }

        if (ApiKey.HostOf(uri) != boundHost || egress.Check(uri) is not null)
        {
            Unreachable = $"{uri.IdnHost} is not where this key may be sent.";
            throw new HttpRequestException(Unreachable);
        }

        try
        {
            NothingSent = false;
            var response = await transport.SendAsync(request, cancellationToken);
            Status = response.StatusCode;
            RetryAfter = response.Headers.RetryAfter is { } header
                ? header.Delta ?? (header.Date is { } date && date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : null)
                : null;
            await WatchAsync(response, cancellationToken);
            return response;
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is HttpRequestError.NameResolutionError
            or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError || failure.InnerException is IOException { InnerException: null } and not HttpIOException)
        {
            var explained = EgressClient.Explain(uri, failure, sent: false);
            (NothingSent, Unreachable) = (explained.NothingSent, explained.Error!.Message);
            throw;
        }
    }

    private async Task WatchAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var watched = new StreamContent(new WatchedStream(body, Usage));
            foreach (var (name, values) in response.Content.Headers)
            {
                watched.Headers.TryAddWithoutValidation(name, values);
            }

            response.Content = watched;
            return;
        }

        using var kept = new MemoryStream();
        await using var error = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[4096];
        int read;
        while (kept.Length < MaxErrorBytes && (read = await error.ReadAsync(buffer, cancellationToken)) > 0)
        {
            kept.Write(buffer, 0, read);
        }

        ErrorBody = kept.ToArray();
        var again = new ByteArrayContent(ErrorBody);
        again.Headers.ContentType = response.Content.Headers.ContentType;
        response.Content = again;
    }

    /// <summary>Passes the answer on and lets the scanner see it.</summary>
    private sealed class WatchedStream(Stream inner, UsageScanner scanner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Seen(inner.Read(buffer, offset, count), buffer.AsSpan(offset));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Seen(await inner.ReadAsync(buffer, cancellationToken), buffer.Span);

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

        private int Seen(int read, ReadOnlySpan<byte> bytes)
        {
            scanner.See(bytes[..read]);
            return read;
        }
    }
}
