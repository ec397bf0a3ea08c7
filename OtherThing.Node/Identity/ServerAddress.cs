using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace OtherThing.Agent.Identity;

/// <summary>The server as its owner typed it, and what it says about itself.</summary>
internal static class ServerAddress
{
    /// <summary>Why this address is not acceptable; null when it is. Plain HTTP may not leave the machine.</summary>
    internal static string? Problem(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return $"'{text}' is not an http or https address.";
        }

        return address.Scheme == "http" && !IsLoopback(address)
            ? $"'{text}' is plain HTTP to another machine: anybody on the way could read and change it. Use https."
            : null;
    }

    internal static async Task<string> DiscoverAsync(string server, string? pin, CancellationToken cancellationToken)
    {
        using var handler = CreateHandler(server, pin);
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
        var document =
            await http.GetFromJsonAsync(new Uri(new Uri(server), "/.well-known/otherthing"), DiscoveryJson.Default.DiscoveryDocument, cancellationToken);
        var grpc = document?.Grpc ?? throw new HttpRequestException("The server's discovery document names no gRPC address.");
        return Problem(grpc) is { } problem ? throw new HttpRequestException($"The server names a gRPC address that cannot be used: {problem}") : grpc;
    }

    /// <summary>A handler with connections of its own, that notices a dead server within 17 s.</summary>
    internal static SocketsHttpHandler CreateHandler(string server, string? pin)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = !IsLoopback(new Uri(server)),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(7),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            EnableMultipleHttp2Connections = true,
        };
        if (pin is { Length: > 0 })
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is null
                    ? false
                    : Convert.ToHexStringLower(
                        SHA256.HashData(
                            new System.Security.Cryptography.X509Certificates.X509Certificate2(certificate).PublicKey.ExportSubjectPublicKeyInfo())) == pin;
        }

        return handler;
    }

    private static bool IsLoopback(Uri address) =>
        address.IsLoopback || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}

internal sealed record DiscoveryDocument(string? Version, string? Grpc);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DiscoveryDocument))]
internal sealed partial class DiscoveryJson : JsonSerializerContext;
