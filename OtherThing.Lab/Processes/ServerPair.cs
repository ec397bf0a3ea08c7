using System.Diagnostics;
using System.Net;

namespace OtherThing.Lab.Processes;

/// <summary>Two servers on one data directory behind one address: one serves, the other waits.</summary>
public sealed class ServerPair : IAsyncDisposable
{
    private static readonly TimeSpan s_longestLock = TimeSpan.FromSeconds(25);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("otherthing-pair-");
    private readonly IPAddress[] _addresses = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")];
    private readonly ServerProcess[] _servers;
    private readonly Relay _relay;
    private int _serving;

    /// <param name="directory">Where OtherThing.Web.dll lies.</param>
    /// <param name="settings">Configuration of both, in the form of environment variables.</param>
    public ServerPair(string directory, params (string Key, string Value)[] settings)
    {
        var (http, grpc) = (ServerPlace.FreePort(), ServerPlace.FreePort());
        _relay = new Relay(http, grpc);
        _servers = [.. _addresses.Select(address => new ServerProcess(
            directory, new ServerPlace(address.ToString(), http, grpc, _data.FullName, new Uri($"http://localhost:{http}")), settings))];
    }

    /// <summary>For clients: whoever serves is reached through it.</summary>
    public ServerProcess Client => _servers[0];

    /// <summary>The one that serves now.</summary>
    public ServerProcess Serving => _servers[_serving];

    /// <summary>The one that waits now.</summary>
    public ServerProcess Waiting => _servers[1 - _serving];

    /// <summary>Starts the first, and then the second behind it.</summary>
    /// <returns>For whom the second says it waits.</returns>
    public async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        await Serving.StartAsync(cancellationToken);
        _relay.Target = _addresses[_serving];
        return await Waiting.StartWaitingAsync(cancellationToken);
    }

    /// <summary>Waits until the one that waited serves; from now on it is <see cref="Serving"/>.</summary>
    /// <param name="since">When the other one was stopped (<see cref="Stopwatch.GetTimestamp"/>).</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How long nobody served.</returns>
    public async Task<TimeSpan> TakeOverAsync(long since, CancellationToken cancellationToken)
    {
        _relay.Target = null;
        await Until.HoldsAsync(() => Waiting.IsReadyAsync(cancellationToken), "the standby serves", cancellationToken);
        return Swap(since);
    }

    /// <summary>Stops every thread of the serving one until the other serves.</summary>
    /// <remarks>
    /// Stopped in the middle of a write it holds the lock of SQLite's file, and nobody can take over before it goes on; it then goes on as
    /// the one that serves. So it is let go and stopped at another moment.
    /// </remarks>
    /// <returns>How long nobody served.</returns>
    public async Task<TimeSpan> PauseAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var since = Stopwatch.GetTimestamp();
            _relay.Target = null;
            Serving.Hold(true);
            while (Stopwatch.GetElapsedTime(since) < s_longestLock)
            {
                if (await Waiting.IsReadyAsync(cancellationToken))
                {
                    return Swap(since);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }

            Serving.Hold(false);
            await Until.HoldsAsync(
                async () => Serving.HasEnded || await Serving.IsReadyAsync(cancellationToken), "the paused one goes on or ends", cancellationToken);
            if (Serving.HasEnded)
            {
                return await TakeOverAsync(since, cancellationToken);
            }

            _relay.Target = _addresses[_serving];
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 1_000)), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        await _relay.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private TimeSpan Swap(long since)
    {
        _serving = 1 - _serving;
        _relay.Target = _addresses[_serving];
        return Stopwatch.GetElapsedTime(since);
    }
}
