using System.Collections.Concurrent;

namespace OtherThing.Core.Access;

/// <summary>
/// Which sessions' people showed again who they are, and when. It is worth <see cref="Door.FreshFor"/>, so it lives in memory only: a
/// process that does not know of it asks once more.
/// </summary>
public sealed class FreshSignIns(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, DateTime> _confirmed = new();

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>The person of this session has just shown who they are; every page of the session is fresh by that.</summary>
    public void Confirm(Guid sessionId)
    {
        foreach (var old in _confirmed.Where(entry => !IsRecent(entry.Value)))
        {
            _confirmed.TryRemove(old);
        }

        _confirmed[sessionId] = Now;
    }

    /// <summary>Whether the person signed in, or showed again who they are, within <see cref="Door.FreshFor"/>.</summary>
    public bool IsFresh(Actor actor) =>
        (actor.AuthenticatedAt is { } at && IsRecent(at))
        || (actor.SessionId is { } session && _confirmed.TryGetValue(session, out var confirmed) && IsRecent(confirmed));

    private bool IsRecent(DateTime at) => Now - at <= Door.FreshFor;
}
