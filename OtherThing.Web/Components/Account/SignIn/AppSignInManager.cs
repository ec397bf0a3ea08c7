using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Data.Access;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>Signs people in and out: every sign-in opens a session and remembers when the person proved who they are.</summary>
internal sealed partial class AppSignInManager(
    UserManager<AppUser> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<AppUser> principals,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<AppUser>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<AppUser> confirmation,
    SignInSessions sessions,
    TimeProvider clock)
    : SignInManager<AppUser>(users, http, principals, options, logger, schemes, confirmation)
{
    /// <summary>A longer password is not read: hashing it would cost more than it is worth.</summary>
    public const int MaxPassword = 256;

    private static readonly TimeSpan s_pageSession = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_apiSession = TimeSpan.FromDays(30);

    /// <summary>True for a sign-in whose answer is tokens, not a cookie.</summary>
    public bool IsRest => AuthenticationScheme == IdentityConstants.BearerScheme;

    public override async Task SignInWithClaimsAsync(
        AppUser user, AuthenticationProperties? authenticationProperties, IEnumerable<Claim> additionalClaims)
    {
        var now = clock.GetUtcNow();
        Guid? refresh = IsRest ? Guid.NewGuid() : null;
        var session = await sessions.StartAsync(user.Id, (now + (IsRest ? s_apiSession : s_pageSession)).UtcDateTime, refresh, Context.RequestAborted);
        await base.SignInWithClaimsAsync(user, authenticationProperties,
        [
            .. additionalClaims,
            new Claim(SessionCheck.SessionClaim, session.ToString()),
            new Claim(CurrentActor.AuthenticatedAtClaim, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            .. refresh is null ? [] : (Claim[])[new Claim(RefreshClaim, refresh.Value.ToString())],
        ]);
        await sessions.TellOfSignInAsync(user.Id, IsRest ? "by REST" : "on a page");
    }

    /// <summary>Ends the session, so that its cookie is worth nothing wherever a copy of it is.</summary>
    public override async Task SignOutAsync()
    {
        await EndSessionOfAsync(Context.User);
        await base.SignOutAsync();
    }

    /// <summary>Ends the session that a principal was made in.</summary>
    public async Task EndSessionOfAsync(ClaimsPrincipal principal)
    {
        if (CurrentActor.From(principal).UserId is { } userId && SessionOf(principal) is { } session)
        {
            await sessions.SignOutAsync(userId, session);
        }
    }

    /// <summary>After the right password of an account with a second factor: keeps who it is for the second step.</summary>
    public Task KeepForSecondStepAsync(AppUser user, bool isPersistent) => SignInOrTwoFactorAsync(user, isPersistent);

    /// <summary>After a new password or another second factor, which is written by then: ends every session of the person but this one.</summary>
    public Task EndOtherSessionsAsync(AppUser user) => sessions.EndAllAsync(user.Id, SessionOf(Context.User));

    /// <summary>Ends every session of a person, after a reset of the password.</summary>
    public Task EndAllSessionsAsync(AppUser user) => sessions.EndAllAsync(user.Id, null);

    private static Guid? SessionOf(ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(SessionCheck.SessionClaim), out var session) ? session : null;
}
