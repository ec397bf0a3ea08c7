using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OtherThing.Lab.Sinks;

/// <summary>Something outside that flows have an effect on: counts every arrival by key, and answers after a while.</summary>
internal sealed class EffectSink : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _arrivals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _openByKey = new(StringComparer.Ordinal);
    private int _open;

    private EffectSink(WebApplication app)
    {
        _app = app;
        app.MapPost("/effect/{**key}", TakeAsync);
    }

    /// <summary>The shortest it takes to answer.</summary>
    public TimeSpan Fastest { get; set; }

    /// <summary>The longest it takes to answer; each answer takes a random time in between.</summary>
    public TimeSpan Slowest { get; set; }

    /// <summary>Host and port, as <c>Egress:AllowPrivate</c> takes them.</summary>
    public string Authority => Address.Authority;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Calls that have arrived and are not answered or given up.</summary>
    public int Open => _open;

    /// <summary>Calls that have arrived under keys that begin so and are not answered or given up.</summary>
    public int OpenBelow(string prefix) => _openByKey.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(pair => pair.Value);

    /// <summary>How often each key arrived.</summary>
    public IReadOnlyDictionary<string, int> Arrivals => _arrivals;

    public static async Task<EffectSink> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var sink = new EffectSink(builder.Build());
        await sink._app.StartAsync(cancellationToken);
        return sink;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(string key, HttpContext context)
    {
        Interlocked.Increment(ref _open);
        _openByKey.AddOrUpdate(key, 1, static (_, before) => before + 1);
        try
        {
            var arrival = _arrivals.AddOrUpdate(key, 1, static (_, before) => before + 1);
            if (Slowest > TimeSpan.Zero)
            {
                await Task.Delay(Fastest + ((Slowest - Fastest) * Random.Shared.NextDouble()), context.RequestAborted);
            }

            await context.Response.WriteAsJsonAsync(new { arrival }, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The caller hung up or was killed.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            _openByKey.AddOrUpdate(key, 0, static (_, before) => before - 1);
        }
    }
}
