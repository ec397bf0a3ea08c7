using System.Net;
using System.Net.Http.Headers;
using OtherThing.Core.Egress;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>
/// Sits between a provider's SDK and the network for one call: holds it to the origin the key is bound to and to one request, and keeps what
/// the SDKs hide: how far the call got, the error body, and the usage as it was sent. Nothing behind it sees the key that a server sends back.
/// </summary>
internal sealed class ProviderTap(HttpMessageInvoker transport, EgressPolicy egress, string boundHost, SecretRedactor redactor) : HttpMessageHandler
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
            response.ReasonPhrase = null;
            RedactHeaders(response.Headers);
            RedactHeaders(response.Content.Headers);
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
            response.Content = Replaced(response.Content, new StreamContent(new RedactedStream(body, redactor.NewStream(), Usage)));
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

        ErrorBody = redactor.Redact(kept.GetBuffer().AsSpan(0, (int)kept.Length));
        response.Content = Replaced(response.Content, new ByteArrayContent(ErrorBody));
    }

    // The length is not what it was.
    private static HttpContent Replaced(HttpContent old, HttpContent content)
    {
        foreach (var (name, values) in old.Headers.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        return content;
    }

    private void RedactHeaders(HttpHeaders headers)
    {
        foreach (var (name, values) in headers.ToArray())
        {
            var clean = values.Select(redactor.Redact).ToArray();
            if (redactor.Redact(name) != name)
            {
                headers.Remove(name);
            }
            else if (!clean.SequenceEqual(values))
            {
                headers.Remove(name);
                headers.TryAddWithoutValidation(name, clean);
            }
        }
    }
}
