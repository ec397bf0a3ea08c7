using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>
/// The one way in for REST: <c>Authorization: Bearer</c> with a sign-in token or a personal token. A token in any other header, a query or a cookie
/// is nothing.
/// </summary>
internal sealed class ApiAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    SessionCheck sessions,
    PersonalTokenService tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Api";

    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var token = value[Prefix.Length..].Trim();
        if (token.StartsWith(TokenValue.PersonalPrefix, StringComparison.Ordinal))
        {
            return await tokens.RecogniseAsync(token, Context.RequestAborted) is { } actor
                ? Success(PrincipalOf(actor))
                : AuthenticateResult.Fail("The personal token is not valid (any more).");
        }

        var signIn = await Context.AuthenticateAsync(IdentityConstants.BearerScheme);
        if (signIn.Principal is not { } principal || !await sessions.IsLiveAsync(principal, Context.RequestAborted))
        {
            return AuthenticateResult.Fail("The sign-in token is not valid (any more).");
        }

        return Success(principal);
    }

    private static ClaimsPrincipal PrincipalOf(Actor actor) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, actor.UserId!.Value.ToString()),
            new Claim(CurrentActor.TokenIdClaim, actor.TokenId!.Value.ToString()),
            new Claim(CurrentActor.ScopesClaim, actor.Scopes.ToString()),
        ],
        Name));

    private static AuthenticateResult Success(ClaimsPrincipal principal) =>
        AuthenticateResult.Success(new AuthenticationTicket(principal, Name));

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }
}
