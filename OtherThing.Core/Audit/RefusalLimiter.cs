using System.Collections.Concurrent;

namespace OtherThing.Core.Audit;

/// <summary>
/// Lets so many refusals of one person in one place into the audit each minute and counts the rest, so that whoever tries a thousand doors
/// fills no table. What was counted becomes one entry when the minute is over.
/// </summary>
internal sealed class RefusalLimiter(TimeProvider clock)
{
    /// <summary>Refusals of one person in one place that are kept one by one in a minute.</summary>
    public const int MostPerMinute = 30;

    private readonly ConcurrentDictionary<(Guid? Place, Guid? Person), Window> _windows = new();

    /// <summary>True when this one is to be kept.</summary>
    public bool Take(AuditNote note)
    {
        var window = _windows.GetOrAdd((note.WorkspaceId ?? note.AccountId, note.Actor.UserId), _ => new Window(clock.GetTimestamp()));
        lock (window)
        {
            if (window.Kept < MostPerMinute)
            {
                window.Kept++;
                return true;
            }

            window.Counted++;
            window.Last = note;
            return false;
        }
    }

    /// <summary>Closes the minutes that are over, or all.</summary>
    /// <returns>For each that counted some: how many, and the last of them.</returns>
    public IReadOnlyList<(int Count, AuditNote Last)> Close(bool all)
    {
        var closed = new List<(int, AuditNote)>();
        foreach (var (key, window) in _windows)
        {
            if (!all && clock.GetElapsedTime(window.Began) < TimeSpan.FromMinutes(1))
            {
                continue;
            }

            _windows.TryRemove(key, out _);
            lock (window)
            {
                if (window is { Counted: > 0, Last: { } last })
                {
                    closed.Add((window.Counted, last));
                }
            }
        }

        return closed;
    }

    private sealed class Window(long began)
    {
        public long Began { get; } = began;

        public int Kept { get; set; }

        public int Counted { get; set; }

        public AuditNote? Last { get; set; }
    }
}
