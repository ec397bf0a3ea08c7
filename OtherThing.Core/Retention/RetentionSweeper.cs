using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OtherThing.Core.Retention;

/// <summary>Applies every rule of what is kept for how long, each when its time has come, one after the other.</summary>
public sealed partial class RetentionSweeper(
    IEnumerable<IRetentionRule> rules, TimeProvider clock, IOptions<RetentionOptions> options, ILogger<RetentionSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    private readonly (IRetentionRule Rule, DateTime? LookedAt)[] _rules = [.. rules.Select(rule => (rule, (DateTime?)null))];

    /// <summary>Applies the rules whose time has come.</summary>
    /// <returns>How many things went.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var gone = 0;
        for (var at = 0; at < _rules.Length; at++)
        {
            var (rule, lookedAt) = _rules[at];
            var now = clock.GetUtcNow().UtcDateTime;
            if (lookedAt is null || now - lookedAt >= rule.Every)
            {
                _rules[at].LookedAt = now;
                gone += await ApplyAsync(rule, cancellationToken);
            }
        }

        return gone;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(options.Value.AfterStartSeconds), clock, stoppingToken);
            using var timer = new PeriodicTimer(s_period, clock);
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>One rule that fails must not keep the others from theirs.</summary>
    private async Task<int> ApplyAsync(IRetentionRule rule, CancellationToken cancellationToken)
    {
        try
        {
            var gone = await rule.ApplyAsync(cancellationToken);
            if (gone > 0)
            {
                LogDeleted(gone, rule.Deletes);
            }

            return gone;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(failure, rule.Deletes, rule.Every.TotalMinutes);
            return 0;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} {Things}")]
    private partial void LogDeleted(int count, string things);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not delete {Things}; trying again in {Minutes} minutes")]
    private partial void LogFailed(Exception failure, string things, double minutes);
}
