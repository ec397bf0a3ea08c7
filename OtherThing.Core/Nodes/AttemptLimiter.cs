using System.Collections.Concurrent;

namespace OtherThing.Core.Nodes;

/// <summary>Counts tries per key in windows of ten minutes, so that codes cannot be guessed and enrolments not flooded.</summary>
public sealed class AttemptLimiter(TimeProvider clock)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, (DateTime Start, int Count)> _tries = new();

    /// <summary>Counts one try.</summary>
    /// <returns>How long to wait when it was one too many; null when it may go on.</returns>
    public TimeSpan? Count(string key, int allowed)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (_tries.Count > 10_000)
        {
            Forget(now);
        }

        var (start, count) = _tries.AddOrUpdate(
            key, _ => (now, 1), (_, tries) => now - tries.Start >= s_window ? (now, 1) : (tries.Start, tries.Count + 1));
        return count > allowed ? start + s_window - now : null;
    }

    private void Forget(DateTime now)
    {
        foreach (var (key, tries) in _tries)
        {
            if (now - tries.Start >= s_window)
            {
                _tries.TryRemove(key, out _);
            }
        }
    }
}
