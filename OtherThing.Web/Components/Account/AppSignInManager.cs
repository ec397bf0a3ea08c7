using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Access;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Components.Account;

/// <summary>Signs people in and out: every sign-in opens a session and remembers when the person proved who they are.</summary>
internal sealed class AppSignInManager(
    UserManager<AppUser> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<AppUser> principals,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<AppUser>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<AppUser> confirmation,
    ISignInSessionStore sessions,
    ILiveFeed feed,
    TimeProvider clock)
    : SignInManager<AppUser>(users, http, principals, options, logger, schemes, confirmation)
{
    /// <summary>A longer password is not read: hashing it would cost more than it is worth.</summary>
    public const int MaxPassword = 256;

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

    /// <summary>Ends the session, so that its cookie is worth nothing wherever a copy of it is.</summary>
    public override async Task SignOutAsync()
    {
        if (Guid.TryParse(Context.User.FindFirstValue(SessionCheck.SessionClaim), out var session))
        {
            await sessions.EndAsync(session, Context.RequestAborted);
        }

        await base.SignOutAsync();
        TellOpenPages(Context.User);
    }

    /// <summary>Signs in by password and, where the account asks for it, a second factor.</summary>
    /// <returns>Null when signed in, or <c>account.wrong_password</c>, <c>account.two_factor_required</c>, <c>account.locked</c>.</returns>
    public async Task<Error?> TrySignInAsync(
        string? email, string? password, string? twoFactorCode, string? recoveryCode, bool isPersistent)
    {
        if (string.IsNullOrEmpty(email) || string.IsNullOrEmpty(password) || email.Length > MaxPassword || password.Length > MaxPassword
            || await UserManager.FindByNameAsync(email.Trim()) is not { } user)
        {
            return AccountErrors.WrongPassword;
        }

        var result = await PasswordSignInAsync(user, password, isPersistent, lockoutOnFailure: true);
        if (result.RequiresTwoFactor)
        {
            if (!string.IsNullOrEmpty(twoFactorCode))
            {
                result = await TwoFactorAuthenticatorSignInAsync(Digits(twoFactorCode), isPersistent, rememberClient: false);
            }
            else if (!string.IsNullOrEmpty(recoveryCode))
            {
                result = await TwoFactorRecoveryCodeSignInAsync(recoveryCode.Trim());
            }
        }

        return ErrorOf(result, AccountErrors.WrongPassword);
    }

    /// <summary>The second step of a sign-in on a page: a code of the app, or a recovery code.</summary>
    /// <returns>Null when signed in, or <c>account.token_invalid</c>, <c>account.locked</c>.</returns>
    public async Task<Error?> TrySecondStepAsync(string? code, bool isPersistent)
    {
        if (string.IsNullOrWhiteSpace(code) || code.Length > MaxPassword)
        {
            return AccountErrors.InvalidToken;
        }

        var digits = Digits(code);
        return ErrorOf(
            digits.Length == 6 && digits.All(char.IsAsciiDigit)
                ? await TwoFactorAuthenticatorSignInAsync(digits, isPersistent, rememberClient: false)
                : await TwoFactorRecoveryCodeSignInAsync(code.Trim()),
            AccountErrors.InvalidToken);
    }

    /// <summary>Proves again who is signed in, for what asks for a fresh sign-in.</summary>
    /// <returns>Null when proven, or <c>account.wrong_password</c>, <c>account.token_invalid</c>, <c>account.locked</c>.</returns>
    public async Task<Error?> TryConfirmAsync(AppUser user, string? password, string? code)
    {
        if (string.IsNullOrEmpty(password) || password.Length > MaxPassword)
        {
            return AccountErrors.WrongPassword;
        }

        var result = await CheckPasswordSignInAsync(user, password, lockoutOnFailure: true);
        if (!result.Succeeded)
        {
            return ErrorOf(result, AccountErrors.WrongPassword);
        }

        if (user.TwoFactorEnabled
            && !await UserManager.VerifyTwoFactorTokenAsync(user, Options.Tokens.AuthenticatorTokenProvider, Digits(code ?? "")))
        {
            return AccountErrors.InvalidToken;
        }

        if (Guid.TryParse(Context.User.FindFirstValue(SessionCheck.SessionClaim), out var earlier))
        {
            await sessions.EndAsync(earlier, Context.RequestAborted);
        }

        await SignInAsync(user, isPersistent: false);
        return null;
    }

    /// <summary>After a new password or another second factor: ends every session of the person but this one.</summary>
    public async Task EndOtherSessionsAsync(AppUser user)
    {
        var here = Guid.TryParse(Context.User.FindFirstValue(SessionCheck.SessionClaim), out var session) ? session : (Guid?)null;
        await sessions.EndAllAsync(user.Id, here, Context.RequestAborted);
        TellOpenPages(Context.User);
    }

    /// <summary>Ends every session of a person, after a reset of the password.</summary>
    public async Task EndAllSessionsAsync(AppUser user)
    {
        await sessions.EndAllAsync(user.Id, null, Context.RequestAborted);
        feed.Publish(Topic.User(user.Id), MemberService.AccessChangedEvent);
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

    private static string Digits(string code) => code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    private void TellOpenPages(ClaimsPrincipal principal)
    {
        if (CurrentActor.From(principal).UserId is { } userId)
        {
            feed.Publish(Topic.User(userId), MemberService.AccessChangedEvent);
        }
    }

    private Error? ErrorOf(SignInResult result, Error otherwise) => result switch
    {
        { Succeeded: true } => null,
        { RequiresTwoFactor: true } => AccountErrors.TwoFactorRequired,
        { IsLockedOut: true } => AccountErrors.Locked(Options.Lockout.DefaultLockoutTimeSpan),
        _ => otherwise,
    };
}
