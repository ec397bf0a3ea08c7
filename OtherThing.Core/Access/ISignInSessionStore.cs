namespace OtherThing.Core.Access;

/// <summary>
/// Keeps who is signed in where, so that signing out, a new password or an operator ends a session at once, whatever cookie or
/// sign-in token is still about.
/// </summary>
public interface ISignInSessionStore
{
    /// <summary>Starts a session that ends by itself at <paramref name="expiresAt"/> (UTC).</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="expiresAt">When it ends by itself (UTC).</param>
    /// <param name="refreshId">The one refresh token that is good in it; null in a browser, which has none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Guid> StartAsync(Guid userId, DateTime expiresAt, Guid? refreshId, CancellationToken cancellationToken);

    /// <summary>Trades a session's refresh token for the next one; of several who try, one can.</summary>
    /// <returns>False when the session has ended, or <paramref name="used"/> is not its refresh token (any more).</returns>
    Task<bool> TradeAsync(Guid sessionId, Guid userId, Guid? used, Guid next, CancellationToken cancellationToken);

    /// <summary>True while the session is this person's and neither ended nor expired.</summary>
    Task<bool> IsLiveAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken);

    /// <summary>Ends one session.</summary>
    Task EndAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>Ends every session of a person, but for one when named.</summary>
    Task EndAllAsync(Guid userId, Guid? except, CancellationToken cancellationToken);
}
