using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Data.Access;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>Signs in who proves who they are: by password and, where the account asks for it, by a second factor.</summary>
internal sealed class PasswordSignIn(
    AppSignInManager signIn, SignInGuard guard, SecondFactor secondFactor, UnknownAccount unknown, AuditLog audit)
{
    /// <summary>Signs in by password and, where the account asks for it, a second factor.</summary>
    /// <returns>
    /// Null when signed in, or <c>account.wrong_password</c>, <c>account.two_factor_required</c>, <c>account.wrong_code</c>,
    /// <c>account.locked</c>: alike, and taking alike, whether or not there is such an account.
    /// </returns>
    public async Task<Error?> TrySignInAsync(
        string? email, string? password, string? twoFactorCode, string? recoveryCode, bool isPersistent) =>
        string.IsNullOrWhiteSpace(email) || string.IsNullOrEmpty(password)
        || email.Length > AppSignInManager.MaxPassword || password.Length > AppSignInManager.MaxPassword
            ? AccountErrors.WrongPassword
            : await guard.TryAsync(email, () => SignInAsync(email.Trim(), password, twoFactorCode, recoveryCode, isPersistent), signIn.Context.RequestAborted);

    /// <summary>The second step of a sign-in on a page: a code of the app, or a recovery code.</summary>
    /// <returns>Null when signed in, or <c>account.token_invalid</c>, <c>account.locked</c>.</returns>
    public async Task<Error?> TrySecondStepAsync(string? code, bool isPersistent)
    {
        if (string.IsNullOrWhiteSpace(code) || code.Length > AppSignInManager.MaxPassword || await signIn.GetTwoFactorAuthenticationUserAsync() is not { } user)
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

                await signIn.Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
                await signIn.SignInWithClaimsAsync(user, isPersistent, [new Claim("amr", "mfa")]);
                return default;
            },
            signIn.Context.RequestAborted);
    }

    private async Task<Proof> SignInAsync(string email, string password, string? twoFactorCode, string? recoveryCode, bool isPersistent)
    {
        if (await signIn.UserManager.FindByNameAsync(email) is not { } user)
        {
            unknown.Check(signIn.UserManager.PasswordHasher, password);
            return Proof.Wrong(AccountErrors.WrongPassword);
        }

        if (!await signIn.UserManager.CheckPasswordAsync(user, password))
        {
            return await WrongAsync(user, AccountErrors.WrongPassword);
        }

        if (user.TwoFactorEnabled && string.IsNullOrEmpty(twoFactorCode) && string.IsNullOrEmpty(recoveryCode))
        {
            if (!signIn.IsRest)
            {
                await signIn.KeepForSecondStepAsync(user, isPersistent);
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

        await signIn.SignInWithClaimsAsync(user, isPersistent, [new Claim("amr", user.TwoFactorEnabled ? "mfa" : "pwd")]);
        return default;
    }

    private async Task<Proof> WrongAsync(AppUser user, Error refusal)
    {
        await audit.AppendAccountAsync(Actor.Anonymous, user.Id, "account.sign_in", null, refusal);
        return Proof.Wrong(refusal);
    }
}
