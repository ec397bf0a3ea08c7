using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using OtherThing.Core.Access;
using OtherThing.Core.Runs.Grains;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>
/// Who is asking, for an endpoint or a page: the identity only. Rights are looked up by the <see cref="Door"/> per operation.
/// </summary>
public sealed class CurrentActor(IHttpContextAccessor http, IServiceProvider services)
{
    /// <summary>When the person last gave a credential: seconds since 1970, UTC.</summary>
    public const string AuthenticatedAtClaim = "auth_time";

    public const string TokenIdClaim = "ot_token";

    public const string ScopesClaim = "ot_scopes";

    public async ValueTask<Actor> GetAsync()
    {
        // A circuit has no HttpContext of its own; its principal comes from the authentication state.
        if (services.GetService<AuthenticationStateProvider>() is { } state && http.HttpContext is null or { WebSockets.IsWebSocketRequest: true })
        {
            return From((await state.GetAuthenticationStateAsync()).User);
        }

        var actor = From(http.HttpContext?.User);
        return http.HttpContext?.Request.Headers[RunHops.Header] is { Count: > 0 } hops ? actor with { Hops = RunHops.Read(hops) } : actor;
    }

    public static Actor From(ClaimsPrincipal? principal)
    {
        if (principal?.Identity is not { IsAuthenticated: true }
            || !Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var userId))
        {
            return Actor.Anonymous;
        }

        if (Guid.TryParse(principal.FindFirstValue(TokenIdClaim), out var tokenId)
            && Enum.TryParse<Scopes>(principal.FindFirstValue(ScopesClaim), out var scopes))
        {
            return Actor.Token(userId, tokenId, scopes);
        }

        var user = Actor.User(userId, long.TryParse(
            principal.FindFirstValue(AuthenticatedAtClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime
            : null);
        return Guid.TryParse(principal.FindFirstValue(SessionCheck.SessionClaim), out var sessionId) ? user with { SessionId = sessionId } : user;
    }
}
