namespace OtherThing.Lab.Processes;

/// <summary>Waits for other processes, whose clock is not ours to turn.</summary>
public static class Until
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    /// <exception cref="TimeoutException">It did not come to hold.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> holds, string what, CancellationToken cancellationToken)
    {
        var end = TimeProvider.System.GetUtcNow() + s_limit;
        while (!await holds())
        {
            if (TimeProvider.System.GetUtcNow() > end)
            {
                throw new TimeoutException($"Waited {s_limit.TotalSeconds} s until {what}.");
            }

            await Task.Delay(s_pause, cancellationToken);
        }
    }
}
