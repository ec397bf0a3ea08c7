using System.Net;
using System.Net.Sockets;

namespace OtherThing.Tests.Browser.Support;

/// <summary>A line to the server that is so much longer each way, for everything a browser asks: pages, scripts and its socket.</summary>
internal sealed class SlowLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _server;
    private readonly TimeSpan _delay;

    public SlowLine(Uri server, TimeSpan delay)
    {
        (_server, _delay) = (server, delay);
        _listener.Start();
        Address = new UriBuilder(server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The line is taken down.
        }
    }

    private async Task CarryAsync(TcpClient browser)
    {
        using var near = browser;
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        try
        {
            // A connection is made after one way there and one back.
            await Task.Delay(2 * _delay, _end.Token);
            await far.ConnectAsync(_server.Host, _server.Port, _end.Token);
            await Task.WhenAny(PassAsync(near.GetStream(), far.GetStream()), PassAsync(far.GetStream(), near.GetStream()));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One of the two let go.
        }
    }

    /// <summary>Each piece leaves as long after it came as the line is long, and they stay in order.</summary>
    private async Task PassAsync(Stream from, Stream to)
    {
        var pieces = System.Threading.Channels.Channel.CreateUnbounded<(DateTime Due, byte[] Bytes)>();
        var reading = ReadAsync();
        await foreach (var (due, bytes) in pieces.Reader.ReadAllAsync(_end.Token))
        {
            if (due - DateTime.UtcNow is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _end.Token);
            }

            await to.WriteAsync(bytes, _end.Token);
        }

        await reading;

        async Task ReadAsync()
        {
            var buffer = new byte[64 * 1024];
            try
            {
                for (int count; (count = await from.ReadAsync(buffer, _end.Token)) > 0;)
                {
                    pieces.Writer.TryWrite((DateTime.UtcNow + _delay, buffer[..count]));
                }
            }
            finally
            {
                pieces.Writer.Complete();
            }
        }
    }
}
