namespace OtherThing.Lab.Processes;

/// <summary>Waits for other processes, whose clock is not ours to turn.</summary>
public static class Until
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    /// <summary>How long anything that ought to come is waited for: no working machine, however slow or busy, needs as long, so only a hang fails.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(5);

    /// <exception cref="TimeoutException">It did not come to hold within <see cref="Limit"/>.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> holds, string what, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s until {what}.");
            }

            await Task.Delay(s_pause, cancellationToken);
        }
    }
}
