namespace OtherThing.Web.Hosting.Start;

/// <summary>
/// Gives back what only the start needed. Migrations, the model and the silo leave tens of MiB of garbage that an idle server would keep
/// until its first busy hour; a team's server shares its machine.
/// </summary>
internal sealed class StartMemory(IHostApplicationLifetime lifetime, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await Task.Delay(s_settled, clock, stoppingToken);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
