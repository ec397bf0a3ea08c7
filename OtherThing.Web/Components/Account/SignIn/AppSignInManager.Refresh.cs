using System.Security.Claims;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>A refresh token works once: it is traded for the next, and the session knows which is the last.</summary>
internal sealed partial class AppSignInManager
{
    /// <summary>Which refresh token of its session a token came with.</summary>
    public const string RefreshClaim = "ot_refresh";

    /// <summary>
    /// Trades a refresh token for the person's next one, in the session and with the sign-in time they had. A token that was traded
    /// before is in two hands: nobody can tell whose are the right ones, so the session ends.
    /// </summary>
    /// <returns>Who it is; null when the token is not good (any more).</returns>
    public async Task<ClaimsPrincipal?> TradeAsync(ClaimsPrincipal earlier)
    {
        if (SessionOf(earlier) is not { } session || await UserManager.GetUserAsync(earlier) is not { } user
            || !await sessions.IsLiveAsync(session, user.Id, Context.RequestAborted))
        {
            return null;
        }

        var used = Guid.TryParse(earlier.FindFirstValue(RefreshClaim), out var refresh) ? refresh : (Guid?)null;
        var next = Guid.NewGuid();
        if (!await sessions.TradeAsync(session, user.Id, used, next, Context.RequestAborted))
        {
            LogUsedTwice(Logger, user.Id, session);
            await sessions.EndAsync(user.Id, session);
            return null;
        }

        var principal = await CreateUserPrincipalAsync(user);
        ((ClaimsIdentity)principal.Identity!).AddClaims(
        [
            .. earlier.FindAll(claim => claim.Type is SessionCheck.SessionClaim or CurrentActor.AuthenticatedAtClaim or "amr"),
            new Claim(RefreshClaim, next.ToString()),
        ]);
        return principal;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "A refresh token of person {UserId} was used twice; session {SessionId} ended, for one of the two may have stolen it")]
    private static partial void LogUsedTwice(ILogger logger, Guid userId, Guid sessionId);
}
