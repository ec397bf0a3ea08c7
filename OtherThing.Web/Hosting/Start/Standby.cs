using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Audit;
using OtherThing.Data;
using OtherThing.Data.Serving;

namespace OtherThing.Web.Hosting.Start;

/// <summary>
/// One server serves a database. A second one waits here, answers that it waits, and takes over when the first ends: nothing of it has
/// started before, no silo, no sweeper, no migration.
/// </summary>
/// <remarks>Registered last, so that it gives the ports to the server itself when everything else has started.</remarks>
internal sealed partial class Standby(
    ServerLease lease, IDbContextFactory<AppDbContext> contexts, AuditLog audit, IHostApplicationLifetime lifetime, TimeProvider clock,
    ILogger<Standby> logger)
    : IHostedLifecycleService
{
    /// <summary>For the service manager: start it again, it shall wait for the one that serves now.</summary>
    private const int LostExitCode = 75;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private StandbyServer? _waiting;

    /// <summary>Returns when this server has the right to serve.</summary>
    /// <returns>False when it was told to stop while it waited.</returns>
    public async Task<bool> WaitAsync(IConfiguration configuration, IHostEnvironment environment)
    {
        await lease.PrepareAsync(contexts, CancellationToken.None);
        if (lease.TryTake() is { } holder && !await WaitBehindAsync(holder, configuration, environment))
        {
            return false;
        }

        lease.Keep(EndAtOnce);
        return true;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_waiting is null)
        {
            return;
        }

        if (_waiting.Stopping.IsCancellationRequested)
        {
            // Told so while it was taking over, when nothing else listened yet.
            lifetime.StopApplication();
        }

        await _waiting.DisposeAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everything has stopped and is written: the next may serve.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await audit.CloseAsync();
        try
        {
            lease.Release();
        }
        catch (DbException exception)
        {
            LogNotReleased(exception, ServerLease.Length.TotalSeconds);
        }
    }

    private async Task<bool> WaitBehindAsync(string holder, IConfiguration configuration, IHostEnvironment environment)
    {
        try
        {
            _waiting = await StandbyServer.StartAsync(configuration, environment, holder);
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException(
                $"{holder} serves this database, and the ports of this standby are taken: {exception.Message} On one machine it needs ports of its own: set "
                    + "OtherThing__HttpPort and OtherThing__GrpcPort.",
                exception);
        }

        LogWaiting(holder);
        var stopping = _waiting.Stopping;
        try
        {
            while (true)
            {
                await Task.Delay(s_look, clock, stopping);
                if (TryTake() is not { } now)
                {
                    _waiting.Holder = ServerLease.ThisHolder;
                    LogTakingOver(holder);
                    return true;
                }

                _waiting.Holder = holder = now.Length > 0 ? now : holder;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await _waiting.DisposeAsync();
            return false;
        }
    }

    /// <returns>Null when it is ours; empty when the database did not answer.</returns>
    private string? TryTake()
    {
        try
        {
            return lease.TryTake();
        }
        catch (DbException exception)
        {
            LogNoAnswer(exception);
            return "";
        }
    }

    /// <summary>Nothing is tidied up: whatever ran here is now another server's, and a write would be one too many.</summary>
    private static void EndAtOnce(string why)
    {
        Console.Error.WriteLine($"This server ({ServerLease.ThisHolder}) stops at once: {why} Start it again and it waits as a standby.");
        Environment.Exit(LostExitCode);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting as a standby: the database is served by {Holder}")]
    private partial void LogWaiting(string holder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Taking over from {Holder}")]
    private partial void LogTakingOver(string holder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not answer; still waiting as a standby")]
    private partial void LogNoAnswer(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The right to serve could not be given back; another server takes over after {Seconds} s")]
    private partial void LogNotReleased(Exception exception, double seconds);
}

/// <summary>Registers and runs the wait.</summary>
internal static partial class StandbySetup
{
    /// <summary>To be called after everything else that starts with the host.</summary>
    public static WebApplicationBuilder AddStandby(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Standby>().AddHostedService(provider => provider.GetRequiredService<Standby>());
        return builder;
    }

    /// <summary>Waits until this server may serve its database; false when it was told to stop before.</summary>
    public static Task<bool> WaitToServeAsync(this WebApplication app) =>
        app.Services.GetRequiredService<Standby>().WaitAsync(app.Configuration, app.Environment);

    /// <summary>
    /// Serves until it is told to stop. Told so before everything has started, it stops what has, gives the right to serve back and ends well:
    /// a start that is broken off is no fault.
    /// </summary>
    public static async Task ServeAsync(this WebApplication app)
    {
        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (Exception exception) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Each part that is broken off says so in a way of its own, and what was half started may not stop smoothly.
                LogBrokenOff(app.Logger, exception);
                await app.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            await app.WaitForShutdownAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The start was broken off, because this server was told to stop")]
    private static partial void LogBrokenOff(ILogger logger, Exception exception);

    /// <summary>Gives the right to serve back, when this server ends before it has started.</summary>
    public static Task LetOthersServeAsync(this WebApplication app) => app.Services.GetRequiredService<Standby>().StoppedAsync(CancellationToken.None);
}
