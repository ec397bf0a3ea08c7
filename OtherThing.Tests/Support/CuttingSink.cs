using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OtherThing.Tests.Support;

/// <summary>
/// A server beside ours: counts what arrives by path; below <c>/cut</c> it takes the request and hangs up, below <c>/hold</c> it answers
/// when told to, elsewhere it answers its path at once.
/// </summary>
public sealed class CuttingSink : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _arrivals = new(StringComparer.Ordinal);
    private TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CuttingSink(WebApplication app)
    {
        _app = app;
        app.Run(TakeAsync);
    }

    /// <summary>While false nothing is cut.</summary>
    public bool Cuts { get; set; } = true;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public int ArrivalsAt(string path) => _arrivals.GetValueOrDefault(path);

    public static async Task<CuttingSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var sink = new CuttingSink(builder.Build());
        await sink._app.StartAsync(CancellationToken.None);
        return sink;
    }

    /// <summary>Answers what is held.</summary>
    public void Release() => _release.TrySetResult();

    /// <summary>As it was at the start.</summary>
    public void Reset()
    {
        (Cuts, _release) = (true, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _arrivals.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _arrivals.AddOrUpdate(path, 1, static (_, before) => before + 1);
        if (Cuts && path.StartsWith("/cut", StringComparison.Ordinal))
        {
            context.Abort();
            return;
        }

        if (path.StartsWith("/hold", StringComparison.Ordinal))
        {
            await _release.Task.WaitAsync(context.RequestAborted);
        }

        await context.Response.WriteAsJsonAsync(new { path });
    }
}
