using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;

namespace OtherThing.Core.Egress;

/// <summary>
/// The one way out for what users ask to be called: public addresses only, at most three re-checked redirects that never carry a
/// credential or a body to another origin, bounded in time and size.
/// </summary>
public sealed class EgressClient : IDisposable
{
    /// <summary>Redirects that are followed.</summary>
    public const int MaxRedirects = 3;

    // Anything that proves who is calling; the rest of a caller's headers is dropped too when the origin changes, except these plain ones.
    private static readonly HashSet<string> s_harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "accept", "accept-language", "user-agent", "cache-control", "pragma", Runs.Grains.RunHops.Header,
    };

    private readonly HttpMessageInvoker _http;
    private readonly EgressPolicy _policy;
    private readonly EgressOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>A client with connections of its own.</summary>
    public EgressClient(EgressConnector connector, EgressPolicy policy, EgressOptions options, TimeProvider clock)
    {
        _http = new HttpMessageInvoker(connector.CreateTransport());
        (_policy, _options, _clock) = (policy, options, clock);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<EgressResult> SendAsync(EgressRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(request.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var sent = false;
        try
        {
            for (var hop = 0; ; hop++)
            {
                if (_policy.Check(request.Url) is { } refusal)
                {
                    return new EgressResult(null, refusal, NothingSent: !sent);
                }

                if (!TryBuild(request, out var message, out var invalid))
                {
                    return new EgressResult(null, invalid, NothingSent: !sent);
                }

                using (message)
                {
                    using var response = await _http.SendAsync(message, either.Token);
                    sent = true;
                    if (Redirect(request, response) is { } next)
                    {
                        if (hop == MaxRedirects)
                        {
                            return Failed("egress.too_many_redirects", $"{request.Url.IdnHost} redirected more than {MaxRedirects} times.", sent);
                        }

                        request = next;
                        continue;
                    }

                    return await ReadAsync(response, either.Token) is { } answer
                        ? new EgressResult(answer, null, NothingSent: false)
                        : Failed("egress.too_large", $"The answer of {request.Url.IdnHost} is larger than {_options.MaxResponseBytes} bytes.", sent);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed("egress.timeout", $"{request.Url.IdnHost} did not answer within {request.Timeout.TotalSeconds:0.#} seconds.", sent: true);
        }
        catch (Exception damaged) when (PayloadPacking.IsDamage(damaged))
        {
            return Failed(
                "egress.body_undecodable",
                $"The answer of {request.Url.IdnHost} cannot be unpacked: it was cut off, is damaged, or is not packed as its Content-Encoding says.",
                sent: true);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return Explain(request.Url, failure, sent);
        }
    }

    /// <summary>Names what went wrong on the way, and whether the request can have arrived.</summary>
    /// <param name="url">Where the call went.</param>
    /// <param name="failure">What the transport threw.</param>
    /// <param name="sent">Whether an earlier request of the same call arrived.</param>
    public static EgressResult Explain(Uri url, Exception failure, bool sent)
    {
        if (failure.InnerException is EgressBlockedException blocked)
        {
            return new EgressResult(null, EgressPolicy.Blocked(blocked.Uri, "url", "its address is private"), NothingSent: !sent);
        }

        return failure switch
        {
            { InnerException: AuthenticationException } or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                Failed("egress.tls", $"No trusted TLS connection to {url.IdnHost}:{url.Port} could be made.", sent),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                Failed("egress.unreachable", $"There is no host named {url.IdnHost}.", sent),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
                Failed("egress.unreachable", $"Could not connect to {url.IdnHost}:{url.Port}: {Reason(failure)}.", sent),
            _ => Failed("egress.interrupted", $"The connection to {url.IdnHost}:{url.Port} broke before the answer was whole.", sent: true),
        };
    }

    private static string Reason(Exception failure) => failure.InnerException is System.Net.Sockets.SocketException socket
        ? socket.SocketErrorCode switch
        {
            System.Net.Sockets.SocketError.ConnectionRefused => "it refused the connection",
            System.Net.Sockets.SocketError.TimedOut => "it did not answer in time",
            System.Net.Sockets.SocketError.HostNotFound => "there is no such host",
            var other => other.ToString(),
        }
        : "the connection failed";

    private static EgressResult Failed(string code, string message, bool sent) =>
        new(null, new Error(ErrorKind.Unavailable, code, message), NothingSent: !sent);

    private static EgressRequest? Redirect(EgressRequest request, HttpResponseMessage response)
    {
        var status = response.StatusCode;
        if (status is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            || response.Headers.Location is not { } location)
        {
            return null;
        }

        var target = location.IsAbsoluteUri ? location : new Uri(request.Url, location);
        var repeats = status is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            || request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
        var next = request with { Url = target };
        if (!repeats)
        {
            next = next with { Method = HttpMethod.Get, Body = null, ContentType = null };
        }

        // A repeated POST without its body would be another request than the caller's: the redirect is the answer then.
        return Uri.Compare(request.Url, target, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0
            ? next
            : next.Body is not null ? null
            : next with { Headers = [.. next.Headers.Where(header => s_harmless.Contains(header.Key))] };
    }

    private static bool TryBuild(EgressRequest request, out HttpRequestMessage message, out Error? invalid)
    {
        message = new HttpRequestMessage(request.Method, request.Url) { Version = HttpVersion.Version11 };
        message.VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher;
        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(request.Body);
            if (request.ContentType is not null)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
            }
        }

        foreach (var (name, value) in request.Headers)
        {
            if (!IsSafe(name, value) || !(message.Headers.TryAddWithoutValidation(name, value) || AddToContent(message, name, value)))
            {
                message.Dispose();
                invalid = Error.Invalid("egress.header_invalid", "headers." + name, $"The header '{name}' cannot be sent.");
                return false;
            }
        }

        if (!message.Headers.Contains("User-Agent"))
        {
            message.Headers.TryAddWithoutValidation("User-Agent", "OtherThing");
        }

        invalid = null;
        return true;
    }

    private static bool IsSafe(string name, string value) =>
        name.Length is > 0 and <= 200
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter))
        && !name.Equals("Host", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase)
        && value.Length <= 32_768
        && value.AsSpan().IndexOfAny('\r', '\n', '\0') < 0;

    private static bool AddToContent(HttpRequestMessage message, string name, string value)
    {
        if (message.Content is null || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            // A header about a body that is not there says nothing; leaving it out is what the caller means.
            return name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase);
        }

        message.Content.Headers.Remove(name);
        return message.Content.Headers.TryAddWithoutValidation(name, value);
    }

    private async Task<EgressResponse?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > _options.MaxResponseBytes)
        {
            return null;
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            // Counted after decompression: a small answer that unpacks to gigabytes stops here.
            if (body.Length + read > _options.MaxResponseBytes)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        List<string> cookies = [];
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
            {
                cookies.AddRange(values.Select(PayloadText.FromHeader));
            }
            else
            {
                headers[name.ToLowerInvariant()] = PayloadText.FromHeader(string.Join(", ", values));
            }
        }

        return new EgressResponse((int)response.StatusCode, headers, body.ToArray(), PayloadType.Parse(headers.GetValueOrDefault("content-type")))
        {
            SetCookies = cookies,
            RetryAfter = Wait(response.Headers.RetryAfter),
        };
    }

    private TimeSpan? Wait(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > _clock.GetUtcNow() => date - _clock.GetUtcNow(),
        { Date: not null } => TimeSpan.Zero,
        _ => null,
    };
}
