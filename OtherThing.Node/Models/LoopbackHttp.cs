using System.Net;
using System.Net.Sockets;

namespace OtherThing.Agent.Models;

/// <summary>The way to the servers of models: it ends on this machine, keeps nothing, follows nothing and adds no header of its own.</summary>
internal static class LoopbackHttp
{
    internal static HttpMessageInvoker Create() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxResponseHeadersLength = 32,
        // An answer that nobody wants any more is not read to its end: the socket closes, and the model stops.
        MaxResponseDrainSize = 0,
        ConnectCallback = ConnectAsync,
    });

    internal static HttpRequestMessage Request(HttpMethod method, string url)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream, application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "otherthing-node");
        return request;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var error = new SocketException((int)SocketError.AccessDenied);
        foreach (var address in EndpointAddress.LoopbackOf(context.DnsEndPoint.Host))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException failed)
            {
                socket.Dispose();
                error = failed;
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                throw;
            }
        }

        throw error;
    }
}
