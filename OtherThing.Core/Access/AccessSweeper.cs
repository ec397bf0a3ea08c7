using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OtherThing.Core.Access;

/// <summary>Runs every <see cref="IAccessSweep"/>: at once when access changes here, and each second for what changed elsewhere.</summary>
internal sealed partial class AccessSweeper(
    IEnumerable<IAccessSweep> sweeps, AccessChanges changes, TimeProvider clock, ILogger<AccessSweeper> logger) : BackgroundService
{
    private readonly Channel<bool> _told = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        changes.Changed += OnChanged;
        try
        {
            while (true)
            {
                foreach (var sweep in sweeps)
                {
                    await SweepAsync(sweep, stoppingToken);
                }

                await NextOccasionAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A quiet end.
        }
        finally
        {
            changes.Changed -= OnChanged;
        }
    }

    private void OnChanged(Guid? userId) => _told.Writer.TryWrite(true);

    private async Task NextOccasionAsync(CancellationToken stoppingToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var told = _told.Reader.WaitToReadAsync(wait.Token).AsTask();
        await Task.WhenAny(told, Task.Delay(AccessWatch.Period, clock, wait.Token));
        await wait.CancelAsync();
        stoppingToken.ThrowIfCancellationRequested();
        _told.Reader.TryRead(out _);
    }

    private async Task SweepAsync(IAccessSweep sweep, CancellationToken stoppingToken)
    {
        try
        {
            await sweep.SweepAsync(stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            LogFailed(exception, sweep.GetType().Name); // what is at work stays open to the next look
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Sweep} could not look for work of people who lost their access; trying again")]
    private partial void LogFailed(Exception exception, string sweep);
}
