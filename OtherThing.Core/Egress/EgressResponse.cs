using OtherThing.Core.Payloads;
using OtherThing.Core.Results;

namespace OtherThing.Core.Egress;

/// <summary>What should be sent to the outside.</summary>
/// <param name="Method">The HTTP method in capitals.</param>
/// <param name="Url">Where to; already checked or not, it is checked again.</param>
public sealed record EgressRequest(HttpMethod Method, Uri Url)
{
    /// <summary>Headers in the order to send them; names and values without line breaks.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; null for none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The body's content type; null leaves it to <see cref="Headers"/>.</summary>
    public string? ContentType { get; init; }

    /// <summary>How long the whole call may take.</summary>
    public required TimeSpan Timeout { get; init; }
}

/// <summary>What came back.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">All headers but <c>set-cookie</c>, lower-case names; several values of a name joined by a comma.</param>
/// <param name="Body">The whole body, unpacked; still packed in the way that a <c>content-encoding</c> among the headers names, if one is there.</param>
/// <param name="Type">What the answer said of its body.</param>
public sealed record EgressResponse(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, PayloadType Type)
{
    /// <summary>Each <c>Set-Cookie</c> by itself, because their dates have commas of their own.</summary>
    public IReadOnlyList<string> SetCookies { get; init; } = [];

    /// <summary>How long the other side asked to wait (Retry-After); null when it named no time.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>How an outbound call ended: an answer, or a failure that knows whether anything may have happened outside.</summary>
/// <param name="Response">The answer, whatever its status; null on failure.</param>
/// <param name="Error">
/// <c>egress.url_invalid</c>, <c>egress.blocked</c>, <c>egress.header_invalid</c>, <c>egress.unreachable</c>, <c>egress.tls</c>,
/// <c>egress.timeout</c>, <c>egress.interrupted</c>, <c>egress.too_large</c>, <c>egress.body_undecodable</c>, <c>egress.too_many_redirects</c>; null
/// on success.
/// </param>
/// <param name="NothingSent">True when no byte of the request can have reached the other side.</param>
public sealed record EgressResult(EgressResponse? Response, Error? Error, bool NothingSent);
