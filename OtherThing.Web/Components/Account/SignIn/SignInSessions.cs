using OtherThing.Core.Access;
using OtherThing.Core.Audit;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>The sessions that sign-ins open, each with its lines in the audit log. One ends also when the browser does not wait for that.</summary>
internal sealed class SignInSessions(ISignInSessionStore sessions, Credentials credentials, AuditLog audit)
{
    public Task<Guid> StartAsync(Guid userId, DateTime until, Guid? refresh, CancellationToken cancellationToken) =>
        sessions.StartAsync(userId, until, refresh, cancellationToken);

    public Task<bool> IsLiveAsync(Guid session, Guid userId, CancellationToken cancellationToken) => sessions.IsLiveAsync(session, userId, cancellationToken);

    /// <summary>Trades the last refresh token of a session for the next.</summary>
    /// <returns>False when the token was not the last.</returns>
    public Task<bool> TradeAsync(Guid session, Guid userId, Guid? used, Guid next, CancellationToken cancellationToken) =>
        sessions.TradeAsync(session, userId, used, next, cancellationToken);

    public Task TellOfSignInAsync(Guid userId, string how) => audit.AppendAccountAsync(Actor.User(userId), userId, "account.sign_in", how);

    /// <summary>Ends a session because its person signs out.</summary>
    public async Task SignOutAsync(Guid userId, Guid session)
    {
        await EndAsync(userId, session);
        await audit.AppendAccountAsync(Actor.User(userId), userId, "account.sign_out", null);
    }

    public Task EndAsync(Guid userId, Guid session) => credentials.EndSessionAsync(userId, session, CancellationToken.None);

    public Task EndAllAsync(Guid userId, Guid? except) => credentials.EndSessionsAsync(userId, except, CancellationToken.None);
}
