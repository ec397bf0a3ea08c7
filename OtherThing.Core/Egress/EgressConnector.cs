using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OtherThing.Core.Egress;

/// <summary>
/// Opens connections only to addresses that may be reached: the name is resolved once and the connection goes to the address that was
/// checked, so a name that changes its mind between check and use gains nothing.
/// </summary>
public sealed class EgressConnector(EgressPolicy policy, EgressOptions options, IHostResolver resolver, TimeProvider clock)
{
    /// <summary>A transport for outbound calls: no proxy, no redirects of its own, no cookies, bounded headers.</summary>
    /// <remarks>The caller owns it. It is safe for many callers and keeps connections open between calls.</remarks>
    public SocketsHttpHandler CreateTransport() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        ConnectCallback = ConnectAsync,
        MaxResponseHeadersLength = 64,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var port = context.DnsEndPoint.Port;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.ConnectTimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolver.ResolveAsync(host, either.Token);
            var reachable = policy.IsAllowed(host, port) ? addresses : Array.FindAll(addresses, PublicAddress.IsPublic);
            if (reachable.Length == 0 && addresses.Length > 0)
            {
                throw new EgressBlockedException(context.InitialRequestMessage.RequestUri!);
            }

            return await OpenAsync(reachable, port, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private static async Task<Stream> OpenAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException refused)
            {
                socket.Dispose();
                last = refused;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }
}

/// <summary>The address behind a URL may not be reached.</summary>
internal sealed class EgressBlockedException(Uri uri) : IOException("The address is private.")
{
    public Uri Uri { get; } = uri;
}
