using System.Security.Claims;
using OtherThing.Core.Access;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>Whether the session a principal was made in still lives: asked per request, and by open circuits.</summary>
internal sealed class SessionCheck(ISignInSessionStore sessions)
{
    public const string SessionClaim = "ot_session";

    public async Task<bool> IsLiveAsync(ClaimsPrincipal principal, CancellationToken cancellationToken) =>
        Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var userId)
        && Guid.TryParse(principal.FindFirstValue(SessionClaim), out var sessionId)
        && await sessions.IsLiveAsync(sessionId, userId, cancellationToken);
}
