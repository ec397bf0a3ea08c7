using System.Collections.Concurrent;
using System.Net;
using OtherThing.Core.Access;

namespace OtherThing.Core.Triggers;

/// <summary>
/// Counts deliveries whose signature is wrong, by webhook and sender's address: a secret is not guessed at speed, and one sender's mistake
/// blocks nobody else, nor that sender's other webhooks.
/// </summary>
public sealed class HookGuesses(WebhookOptions options, TimeProvider clock)
{
    /// <summary>The most senders that are counted one by one; above it those of a webhook are counted together.</summary>
    internal const int MostSenders = 10_000;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(Guid TriggerId, IPAddress Sender), Count> _counts = new();

    /// <summary>How long a sender has to wait, because too many signatures were wrong; null when it may go on.</summary>
    public TimeSpan? Wait(Guid triggerId, IPAddress? sender)
    {
        if (_counts.IsEmpty || !_counts.TryGetValue(KeyOf(triggerId, sender), out var count) || count.Wrong < options.WrongSignaturesPerMinute)
        {
            return null;
        }

        var left = count.Began + s_window - clock.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>A signature was wrong.</summary>
    public void Add(Guid triggerId, IPAddress? sender)
    {
        var now = clock.GetUtcNow();
        _counts.AddOrUpdate(
            KeyOf(triggerId, sender),
            static (_, now) => new Count(1, now),
            static (_, count, now) => now - count.Began >= s_window ? new Count(1, now) : count with { Wrong = count.Wrong + 1 },
            now);
    }

    private (Guid, IPAddress) KeyOf(Guid triggerId, IPAddress? sender)
    {
        var key = (triggerId, SenderNetwork.Of(sender));
        if (_counts.Count < MostSenders || _counts.ContainsKey(key))
        {
            return key;
        }

        var now = clock.GetUtcNow();
        foreach (var (old, count) in _counts)
        {
            if (now - count.Began >= s_window)
            {
                _counts.TryRemove(new(old, count));
            }
        }

        return _counts.Count < MostSenders ? key : (triggerId, IPAddress.None);
    }

    private sealed record Count(int Wrong, DateTimeOffset Began);
}
