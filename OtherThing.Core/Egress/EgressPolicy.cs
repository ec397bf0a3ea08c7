using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using OtherThing.Core.Results;

namespace OtherThing.Core.Egress;

/// <summary>Which addresses outbound calls may go to; the operator's allow list opens single private places.</summary>
public sealed class EgressPolicy
{
    // Ports of protocols that could be spoken to by smuggling their words into an HTTP request.
    private static readonly HashSet<int> s_otherProtocols =
    [
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115,
        117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587,
        601, 636, 989, 990, 993, 995, 1433, 1719, 1720, 1723, 2049, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566,
        6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211, 27017,
    ];

    private ImmutableHashSet<string> _allowed;

    /// <summary>A policy with the operator's allow list.</summary>
    public EgressPolicy(EgressOptions options)
    {
        _allowed =
        [
            .. options.AllowPrivate
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(Normalise),
        ];
    }

    /// <summary>Opens one private place, host and port: the server's own address, which the sample flow reads from.</summary>
    public void Allow(string host, int port) =>
        ImmutableInterlocked.Update(ref _allowed, (set, entry) => set.Add(entry), Place(host, port));

    /// <summary>True when the operator (or the server itself) opened this place although it may be private.</summary>
    public bool IsAllowed(string host, int port)
    {
        var allowed = _allowed;
        return allowed.Contains(Normalise(host)) || allowed.Contains(Place(host, port));
    }

    /// <summary>Reads a URL and refuses what no outbound call may name; the address behind it is checked when connecting.</summary>
    /// <returns>The URL, or <c>egress.url_invalid</c>, <c>egress.blocked</c> with <paramref name="field"/> as the field at fault.</returns>
    public Result<Uri> CheckUrl(string? url, string field = "url")
    {
        if (string.IsNullOrWhiteSpace(url) || url.Length > 8_192 || !Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return Invalid(field, $"{field} must be a whole URL such as https://example.com/path.");
        }

        return Check(uri, field) is { } refusal ? refusal : uri;
    }

    /// <summary>The rules of <see cref="CheckUrl"/> for a URL that is one already.</summary>
    /// <returns>Null when it may be called.</returns>
    public Error? Check(Uri uri, string field = "url")
    {
        if (uri.Scheme is not ("http" or "https"))
        {
            return Invalid(field, $"{field} must start with http:// or https://.");
        }

        if (uri.UserInfo.Length > 0)
        {
            return Invalid(field, $"{field} must not hold a user name or password; send them in a header.");
        }

        if (uri.IdnHost.Length == 0)
        {
            return Invalid(field, $"{field} has no host.");
        }

        if (IsAllowed(uri.IdnHost, uri.Port))
        {
            return null;
        }

        if (s_otherProtocols.Contains(uri.Port))
        {
            return Blocked(uri, field, $"port {uri.Port} belongs to another protocol than HTTP");
        }

        var host = uri.IdnHost.TrimEnd('.');
        var isLocalName = host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        return isLocalName || (IPAddress.TryParse(host, out var address) && !PublicAddress.IsPublic(address))
            ? Blocked(uri, field, "its address is private")
            : null;
    }

    /// <summary>The refusal of a place, in words for people.</summary>
    internal static Error Blocked(Uri uri, string field, string reason) => Error.Invalid(
        "egress.blocked",
        field,
        $"{uri.IdnHost}:{uri.Port} may not be called from here: {reason}. The operator of this server can allow it in Egress:AllowPrivate.");

    private static Error Invalid(string field, string message) => Error.Invalid("egress.url_invalid", field, message);

    private static string Place(string host, int port) => Normalise(host) + ":" + port.ToString(CultureInfo.InvariantCulture);

    private static string Normalise(string host) => host.Trim().Replace("[", "").Replace("]", "").TrimEnd('.').ToLowerInvariant();
}
