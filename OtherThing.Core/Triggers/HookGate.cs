namespace OtherThing.Core.Triggers;

/// <summary>How much one webhook takes.</summary>
public sealed class WebhookOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Webhooks";

    /// <summary>Deliveries a second and address, and as many at once after a pause.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 1_000_000)]
    public int PerSecond { get; init; } = 10_000;

    /// <summary>Deliveries of one address that wait for their run at the same time.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 100_000)]
    public int AtOnce { get; init; } = 2_000;

    /// <summary>Wrong signatures a minute, webhook and sender's address, before its deliveries are refused unread.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 1_000_000)]
    public int WrongSignaturesPerMinute { get; init; } = 30;

    /// <summary>How long a caller who wants the output waits for it, in seconds.</summary>
    [System.ComponentModel.DataAnnotations.Range(0, 300)]
    public double WaitSeconds { get; init; } = 30;
}

/// <summary>Counts one webhook's deliveries: a bucket that fills evenly, and those inside.</summary>
internal sealed class HookGate(WebhookOptions options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private double _tokens = options.PerSecond;
    private long _filledAt = clock.GetTimestamp();
    private int _inside;

    /// <summary>Lets a delivery in; each one let in must <see cref="Leave"/>.</summary>
    /// <returns>Null when it is in, else how long to wait.</returns>
    public TimeSpan? Enter()
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _tokens = Math.Min(options.PerSecond, _tokens + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * options.PerSecond));
            _filledAt = now;
            if (_inside >= options.AtOnce)
            {
                return TimeSpan.FromSeconds(1);
            }

            if (_tokens < 1)
            {
                return TimeSpan.FromSeconds((1 - _tokens) / options.PerSecond);
            }

            _tokens--;
            _inside++;
            return null;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            _inside--;
        }
    }
}
