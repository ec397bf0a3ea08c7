namespace OtherThing.Core.Access;

/// <summary>
/// Keeps who is signed in where, so that signing out, a new password or an operator ends a session at once, whatever cookie or
/// sign-in token is still about.
/// </summary>
public interface ISignInSessionStore
{
    /// <summary>Starts a session that ends by itself at <paramref name="expiresAt"/> (UTC).</summary>
    Task<Guid> StartAsync(Guid userId, DateTime expiresAt, CancellationToken cancellationToken);

    /// <summary>True while the session is this person's and neither ended nor expired.</summary>
    Task<bool> IsLiveAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken);

    /// <summary>Ends one session.</summary>
    Task EndAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>Ends every session of a person, but for one when named.</summary>
    Task EndAllAsync(Guid userId, Guid? except, CancellationToken cancellationToken);
}
