using OtherThing.Core.Live;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Access;

/// <summary>
/// The one place where a credential ends: a session, all of a person's sessions, or what a token was good for. Whoever holds something
/// open for the person (a page, a stream, a wait) is told at once to look again.
/// </summary>
public sealed class Credentials(ISignInSessionStore sessions, ILiveFeed feed)
{
    /// <summary>Ends one session of a person.</summary>
    public async Task EndSessionAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken)
    {
        await sessions.EndAsync(sessionId, cancellationToken);
        Say(userId);
    }

    /// <summary>Ends every session of a person, but for one when named.</summary>
    public async Task EndSessionsAsync(Guid userId, Guid? except, CancellationToken cancellationToken)
    {
        await sessions.EndAllAsync(userId, except, cancellationToken);
        Say(userId);
    }

    /// <summary>Says that a credential of the person ended or changed.</summary>
    public void Say(Guid userId) => feed.Publish(Topic.User(userId), new AccessChanged());
}
