using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using OtherThing.Core.Results;

namespace OtherThing.Core.Access;

/// <summary>How much one person may keep open at a time, on this server.</summary>
public sealed class PersonCapsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "PerPerson";

    /// <summary>Event streams.</summary>
    [Range(1, 100_000)]
    public int Streams { get; init; } = 30;

    /// <summary>Pages: each tab of a browser is one.</summary>
    [Range(1, 100_000)]
    public int Pages { get; init; } = 20;

    /// <summary>Requests that wait for the end of a run or a job.</summary>
    [Range(1, 100_000)]
    public int Waits { get; init; } = 100;
}

/// <summary>What a person keeps open, counted.</summary>
public enum OpenThing
{
    /// <summary>An event stream.</summary>
    Stream,

    /// <summary>A page.</summary>
    Page,

    /// <summary>A request that waits.</summary>
    Wait,
}

/// <summary>Counts what each person keeps open, so that nobody's scripts or tabs take the server from the others.</summary>
public sealed class PersonCaps(PersonCapsOptions options)
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(OpenThing Thing, Guid UserId), int> _open = new();

    /// <summary>No place, for what needs none.</summary>
    public static Seat None { get; } = new(null);

    /// <summary>How many of a thing a person has open.</summary>
    public int Count(OpenThing thing, Guid userId) => _open.GetValueOrDefault((thing, userId));

    /// <summary>The most of a thing that one person may have open.</summary>
    public int MostOf(OpenThing thing) => thing switch
    {
        OpenThing.Stream => options.Streams,
        OpenThing.Page => options.Pages,
        _ => options.Waits,
    };

    /// <summary>Opens one more; dispose what comes back when it is closed.</summary>
    /// <returns>The seat, or <c>cap.streams</c>, <c>cap.pages</c>, <c>cap.waits</c>. Who is not signed in is not counted: nothing opens for them.</returns>
    public Result<Seat> Take(OpenThing thing, Actor actor)
    {
        if (actor.UserId is not { } userId)
        {
            return None;
        }

        var (key, most) = ((thing, userId), MostOf(thing));
        while (true)
        {
            var open = _open.GetOrAdd(key, 0);
            if (open >= most)
            {
                return Refusal(thing, most);
            }

            if (_open.TryUpdate(key, open + 1, open))
            {
                return new Seat(() => Leave(key));
            }
        }
    }

    private static Error Refusal(OpenThing thing, int most)
    {
        var (code, what) = thing switch
        {
            OpenThing.Stream => ("cap.streams", "event streams"),
            OpenThing.Page => ("cap.pages", "pages"),
            _ => ("cap.waits", "waiting requests"),
        };
        return new Error(ErrorKind.TooMany, code, $"You have {most} {what} open, the most one person may have at a time. Close one, then try again.")
        {
            RetryAfter = s_retryAfter,
        };
    }

    private void Leave((OpenThing Thing, Guid UserId) key)
    {
        while (_open.TryGetValue(key, out var open))
        {
            // The last one takes the row with it: people who are gone cost nothing.
            if (open <= 1 ? _open.TryRemove(new(key, open)) : _open.TryUpdate(key, open - 1, open))
            {
                return;
            }
        }
    }

    /// <summary>One open thing of a person.</summary>
    public sealed class Seat : IDisposable
    {
        private Action? _leave;

        internal Seat(Action? leave) => _leave = leave;

        /// <inheritdoc/>
        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
