using System.Net;
using System.Net.Sockets;

namespace OtherThing.Lab.Processes;

/// <summary>
/// The balancer in front of two servers: it listens on loopback's first address and passes connections on to the same port of the
/// address that serves. It knows nothing of what it carries.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly List<Task> _accepting = [];

    public Relay(params IReadOnlyList<int> ports)
    {
        foreach (var port in ports)
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            _listeners.Add(listener);
            _accepting.Add(AcceptAsync(listener, port));
        }
    }

    /// <summary>The address that serves; null while none does.</summary>
    public IPAddress? Target { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listeners.ForEach(listener => listener.Dispose());
        await Task.WhenAll(_accepting);
        _end.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, int port)
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await listener.AcceptTcpClientAsync(_end.Token), port);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(TcpClient caller, int port)
    {
        using (caller)
        using (var server = new TcpClient())
        {
            try
            {
                if (Target is not { } target)
                {
                    return;
                }

                await server.ConnectAsync(target, port, _end.Token);
                await using var there = server.GetStream();
                await using var here = caller.GetStream();
                await Task.WhenAny(here.CopyToAsync(there, _end.Token), there.CopyToAsync(here, _end.Token));
            }
            catch (Exception exception) when (exception is IOException
                or SocketException
                or OperationCanceledException
                or ObjectDisposedException
                or InvalidOperationException)
            {
                // One side has gone: so goes the other.
            }
        }
    }
}
