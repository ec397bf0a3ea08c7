using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Data.Access;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Components.Account;

/// <summary>Signs people in: every sign-in opens a session and remembers when the person proved who they are.</summary>
internal sealed class AppSignInManager(
    UserManager<AppUser> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<AppUser> principals,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<AppUser>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<AppUser> confirmation,
    ISignInSessionStore sessions,
    TimeProvider clock)
    : SignInManager<AppUser>(users, http, principals, options, logger, schemes, confirmation)
{
    private static readonly TimeSpan s_pageSession = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_apiSession = TimeSpan.FromDays(30);

    public override async Task SignInWithClaimsAsync(
        AppUser user, AuthenticationProperties? authenticationProperties, IEnumerable<Claim> additionalClaims)
    {
        var now = clock.GetUtcNow();
        var lasts = AuthenticationScheme == IdentityConstants.BearerScheme ? s_apiSession : s_pageSession;
        var session = await sessions.StartAsync(user.Id, (now + lasts).UtcDateTime, Context.RequestAborted);
        await base.SignInWithClaimsAsync(user, authenticationProperties,
        [
            .. additionalClaims,
            new Claim(SessionCheck.SessionClaim, session.ToString()),
            new Claim(CurrentActor.AuthenticatedAtClaim, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        ]);
    }

    /// <summary>Signs in by password and, where the account asks for it, a second factor.</summary>
    /// <returns>Null when signed in, or <c>account.wrong_password</c>, <c>account.two_factor_required</c>, <c>account.locked</c>.</returns>
    public async Task<Error?> TrySignInAsync(
        string? email, string? password, string? twoFactorCode, string? recoveryCode, bool isPersistent)
    {
        if (string.IsNullOrEmpty(email) || string.IsNullOrEmpty(password) || email.Length > 256 || password.Length > 256
            || await UserManager.FindByNameAsync(email.Trim()) is not { } user)
        {
            return AccountErrors.WrongPassword;
        }

        var result = await PasswordSignInAsync(user, password, isPersistent, lockoutOnFailure: true);
        if (result.RequiresTwoFactor)
        {
            if (!string.IsNullOrEmpty(twoFactorCode))
            {
                result = await TwoFactorAuthenticatorSignInAsync(twoFactorCode, isPersistent, rememberClient: isPersistent);
            }
            else if (!string.IsNullOrEmpty(recoveryCode))
            {
                result = await TwoFactorRecoveryCodeSignInAsync(recoveryCode);
            }
        }

        return result switch
        {
            { Succeeded: true } => null,
            { RequiresTwoFactor: true } => AccountErrors.TwoFactorRequired,
            { IsLockedOut: true } => AccountErrors.Locked(Options.Lockout.DefaultLockoutTimeSpan),
            _ => AccountErrors.WrongPassword,
        };
    }

    /// <summary>The person behind a refresh token, in the session and with the sign-in time they had.</summary>
    public async Task<ClaimsPrincipal> RenewAsync(AppUser user, ClaimsPrincipal earlier)
    {
        var principal = await CreateUserPrincipalAsync(user);
        var identity = (ClaimsIdentity)principal.Identity!;
        identity.AddClaims(earlier.FindAll(claim =>
            claim.Type is SessionCheck.SessionClaim or CurrentActor.AuthenticatedAtClaim or "amr"));
        return principal;
    }
}
