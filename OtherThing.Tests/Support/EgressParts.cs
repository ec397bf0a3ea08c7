using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Egress;

namespace OtherThing.Tests.Support;

/// <summary>The egress client over a resolver of the test's own.</summary>
public sealed class EgressParts : IDisposable
{
    public EgressParts(string allowPrivate = "", Action<EgressOptions>? configure = null, TimeProvider? clock = null)
    {
        Options = new EgressOptions { AllowPrivate = allowPrivate, ConnectTimeoutSeconds = 2 };
        configure?.Invoke(Options);
        Policy = new EgressPolicy(Options);
        clock ??= TimeProvider.System;
        Client = new EgressClient(new EgressConnector(Policy, Options, Resolver, clock), Policy, Options, clock);
    }

    public EgressOptions Options { get; }

    public EgressPolicy Policy { get; }

    public FakeResolver Resolver { get; } = new();

    public EgressClient Client { get; }

    public void Dispose() => Client.Dispose();
}

/// <summary>Names that mean what a test says; the answers of one name are given in turn.</summary>
public sealed class FakeResolver : IHostResolver
{
    private readonly Dictionary<string, Queue<IPAddress[]>> _names = [];

    public int Questions { get; private set; }

    public void Add(string host, params string[] addresses)
    {
        _names.TryAdd(host, new Queue<IPAddress[]>());
        _names[host].Enqueue([.. addresses.Select(IPAddress.Parse)]);
    }

    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        Questions++;
        return _names.TryGetValue(host, out var answers)
            ? Task.FromResult(answers.Count > 1 ? answers.Dequeue() : answers.Peek())
            : throw new SocketException((int)SocketError.HostNotFound);
    }
}

/// <summary>Listens on every loopback address and counts who comes.</summary>
public sealed class Trap : IDisposable
{
    private readonly List<Socket> _sockets = [];
    private int _visits;

    public Trap()
    {
        var first = Listen(IPAddress.Loopback, 0);
        Port = ((IPEndPoint)first.LocalEndPoint!).Port;
        Listen(IPAddress.IPv6Loopback, Port);
    }

    public int Port { get; }

    public int Visits => Volatile.Read(ref _visits);

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen();
        _sockets.Add(socket);
        _ = CountAsync(socket);
        return socket;
    }

    private async Task CountAsync(Socket socket)
    {
        try
        {
            while (true)
            {
                using var visitor = await socket.AcceptAsync();
                Interlocked.Increment(ref _visits);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}

/// <summary>A small web server on a free loopback port.</summary>
public sealed class WebHostOf : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebHostOf(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    public static async Task<WebHostOf> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new WebHostOf(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
