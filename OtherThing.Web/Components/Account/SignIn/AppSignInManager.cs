using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
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
    ISignInSessionStore sessions,
    Credentials credentials,
    SignInGuard guard,
    SecondFactor secondFactor,
    UnknownAccount unknown,
    AuditLog audit,
    TimeProvider clock)
    : SignInManager<AppUser>(users, http, principals, options, logger, schemes, confirmation)
{
    /// <summary>A longer password is not read: hashing it would cost more than it is worth.</summary>
    public const int MaxPassword = 256;

    private static readonly TimeSpan s_pageSession = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_apiSession = TimeSpan.FromDays(30);

    private bool IsRest => AuthenticationScheme == IdentityConstants.BearerScheme;

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
        await audit.AppendAccountAsync(Actor.User(user.Id), user.Id, "account.sign_in", IsRest ? "by REST" : "on a page");
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
            await credentials.EndSessionAsync(userId, session, CancellationToken.None); // also when the browser does not wait
            await audit.AppendAccountAsync(Actor.User(userId), userId, "account.sign_out", null);
        }
    }

    /// <summary>Signs in by password and, where the account asks for it, a second factor.</summary>
    /// <returns>
    /// Null when signed in, or <c>account.wrong_password</c>, <c>account.two_factor_required</c>, <c>account.wrong_code</c>,
    /// <c>account.locked</c>: alike, and taking alike, whether or not there is such an account.
    /// </returns>
    public async Task<Error?> TrySignInAsync(
        string? email, string? password, string? twoFactorCode, string? recoveryCode, bool isPersistent) =>
        string.IsNullOrWhiteSpace(email) || string.IsNullOrEmpty(password) || email.Length > MaxPassword || password.Length > MaxPassword
            ? AccountErrors.WrongPassword
            : await guard.TryAsync(email, () => SignInAsync(email.Trim(), password, twoFactorCode, recoveryCode, isPersistent), Context.RequestAborted);

    /// <summary>The second step of a sign-in on a page: a code of the app, or a recovery code.</summary>
    /// <returns>Null when signed in, or <c>account.token_invalid</c>, <c>account.locked</c>.</returns>
    public async Task<Error?> TrySecondStepAsync(string? code, bool isPersistent)
    {
        if (string.IsNullOrWhiteSpace(code) || code.Length > MaxPassword || await GetTwoFactorAuthenticationUserAsync() is not { } user)
        {
            return AccountErrors.InvalidToken;
        }

        return await guard.TryAsync(
            user.Email!,
            async () =>
            {
                if (!await secondFactor.TakeAsync(user, code))
                {
                    return await WrongAsync(user, AccountErrors.InvalidToken);
                }

                await Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
                await SignInWithClaimsAsync(user, isPersistent, [new Claim("amr", "mfa")]);
                return default;
            },
            Context.RequestAborted);
    }

    /// <summary>After a new password or another second factor, which is written by then: ends every session of the person but this one.</summary>
    public Task EndOtherSessionsAsync(AppUser user) =>
        credentials.EndSessionsAsync(user.Id, SessionOf(Context.User), CancellationToken.None);

    /// <summary>Ends every session of a person, after a reset of the password.</summary>
    public Task EndAllSessionsAsync(AppUser user) => credentials.EndSessionsAsync(user.Id, null, CancellationToken.None);

    private async Task<Proof> SignInAsync(string email, string password, string? twoFactorCode, string? recoveryCode, bool isPersistent)
    {
        if (await UserManager.FindByNameAsync(email) is not { } user)
        {
            unknown.Check(UserManager.PasswordHasher, password);
            return Proof.Wrong(AccountErrors.WrongPassword);
        }

        if (!await UserManager.CheckPasswordAsync(user, password))
        {
            return await WrongAsync(user, AccountErrors.WrongPassword);
        }

        if (user.TwoFactorEnabled && string.IsNullOrEmpty(twoFactorCode) && string.IsNullOrEmpty(recoveryCode))
        {
            if (!IsRest)
            {
                await SignInOrTwoFactorAsync(user, isPersistent); // keeps who it is for the second step
            }

            return new Proof(AccountErrors.TwoFactorRequired);
        }

        if (user.TwoFactorEnabled
            && !(string.IsNullOrEmpty(twoFactorCode)
                ? await secondFactor.TakeRecoveryCodeAsync(user, recoveryCode)
                : await secondFactor.TakeAppCodeAsync(user, twoFactorCode)))
        {
            return await WrongAsync(user, AccountErrors.WrongCode);
        }

        await SignInWithClaimsAsync(user, isPersistent, [new Claim("amr", user.TwoFactorEnabled ? "mfa" : "pwd")]);
        return default;
    }

    private async Task<Proof> WrongAsync(AppUser user, Error refusal)
    {
        await audit.AppendAccountAsync(Actor.Anonymous, user.Id, "account.sign_in", null, refusal);
        return Proof.Wrong(refusal);
    }

    private static Guid? SessionOf(ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(SessionCheck.SessionClaim), out var session) ? session : null;
}
