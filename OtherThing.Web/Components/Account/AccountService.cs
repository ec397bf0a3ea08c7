using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Data.Access;
using OtherThing.Web.Components.Account.SignIn;

namespace OtherThing.Web.Components.Account;

/// <summary>What an authenticator app needs.</summary>
/// <param name="Key">The shared key, in groups of four, to type.</param>
/// <param name="Address">The same as an <c>otpauth://</c> address, for a QR code.</param>
internal sealed record AuthenticatorKey(string Key, string Address);

/// <summary>Changes what secures an account: password, second factor, recovery codes. Pages and REST call it alike.</summary>
internal sealed class AccountService(UserManager<AppUser> users, AppSignInManager signIn, SignInGuard guard, SecondFactor secondFactor, AuditLog audit)
{
    private const int RecoveryCodes = 10;

    /// <summary>Sets a new password; every other session of the person ends.</summary>
    /// <returns>Null when done, or <c>account.invalid</c> naming <c>oldPassword</c> or <c>newPassword</c>, or <c>account.locked</c>.</returns>
    public async Task<Error?> ChangePasswordAsync(AppUser user, string? oldPassword, string? newPassword)
    {
        if (string.IsNullOrEmpty(oldPassword) || oldPassword.Length > AppSignInManager.MaxPassword)
        {
            return Error.Invalid("account.invalid", "oldPassword", "Enter your current password.");
        }

        if (string.IsNullOrEmpty(newPassword) || newPassword.Length > AppSignInManager.MaxPassword)
        {
            return Error.Invalid("account.invalid", "newPassword", $"Enter a new password of 8 to {AppSignInManager.MaxPassword} characters.");
        }

        // Whoever has somebody's session guesses no password with it.
        var refusal = await guard.TryAsync(user.Email!, () => ChangeAsync(user, oldPassword, newPassword), CancellationToken.None);
        await TellAsync(Actor.User(user.Id), user.Id, "account.password", "changed", refusal);
        return refusal;
    }

    private async Task<Proof> ChangeAsync(AppUser user, string oldPassword, string newPassword)
    {
        if (!await users.CheckPasswordAsync(user, oldPassword))
        {
            return Proof.Wrong(AccountErrors.WrongOldPassword);
        }

        var changed = await users.ChangePasswordAsync(user, oldPassword, newPassword);
        if (!changed.Succeeded)
        {
            var refused = AccountErrors.From(changed);
            return new Proof(refused.Code == "account.invalid"
                ? refused with { Fields = [.. refused.Fields.Select(field => field.Path == "password" ? field with { Path = "newPassword" } : field)] }
                : refused);
        }

        await signIn.EndOtherSessionsAsync(user);
        return default;
    }

    /// <summary>The key to enter in an authenticator app; made when there is none.</summary>
    public async Task<AuthenticatorKey> GetAuthenticatorKeyAsync(AppUser user, bool renew = false)
    {
        var key = await users.GetAuthenticatorKeyAsync(user);
        if (string.IsNullOrEmpty(key) || renew)
        {
            await users.ResetAuthenticatorKeyAsync(user);
            await signIn.EndOtherSessionsAsync(user);
            key = await users.GetAuthenticatorKeyAsync(user);
            await TellAsync(user, "account.second_factor", "new authenticator key");
        }

        var address = string.Format(
            CultureInfo.InvariantCulture,
            "otpauth://totp/OtherThing:{0}?secret={1}&issuer=OtherThing&digits=6",
            UrlEncoder.Default.Encode(user.Email!),
            key);
        return new AuthenticatorKey(string.Join(' ', key!.Chunk(4).Select(group => new string(group))).ToLowerInvariant(), address);
    }

    /// <summary>Switches the second factor on, once a code shows that the app is set up.</summary>
    /// <returns>Recovery codes, shown only once, or <c>account.token_invalid</c>.</returns>
    public async Task<Result<IReadOnlyList<string>>> EnableTwoFactorAsync(AppUser user, string? code)
    {
        if (string.IsNullOrWhiteSpace(code))
        {
            return AccountErrors.CodeMissing;
        }

        if (!await secondFactor.TakeFirstCodeAsync(user, code))
        {
            await audit.AppendAccountAsync(Actor.User(user.Id), user.Id, "account.second_factor", null, AccountErrors.InvalidToken);
            return AccountErrors.InvalidToken;
        }

        await users.SetTwoFactorEnabledAsync(user, true);
        await TellAsync(user, "account.second_factor", "switched on");
        return await RenewRecoveryCodesAsync(user);
    }

    /// <summary>Switches the second factor off and forgets its key.</summary>
    public async Task DisableTwoFactorAsync(AppUser user)
    {
        await users.SetTwoFactorEnabledAsync(user, false);
        await users.ResetAuthenticatorKeyAsync(user);
        await signIn.EndOtherSessionsAsync(user);
        await TellAsync(user, "account.second_factor", "switched off");
    }

    /// <summary>Makes new recovery codes; the old ones are worth nothing.</summary>
    public async Task<Result<IReadOnlyList<string>>> RenewRecoveryCodesAsync(AppUser user)
    {
        var codes = await users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodes);
        await signIn.EndOtherSessionsAsync(user);
        await TellAsync(user, "account.recovery_codes", "made anew");
        return Result<IReadOnlyList<string>>.Success([.. codes!]);
    }

    /// <summary>Sets a new password with the code from a link; every session of the person ends.</summary>
    /// <returns>Null when done, or <c>account.token_invalid</c>, <c>account.invalid</c>.</returns>
    public async Task<Error?> ResetPasswordAsync(string? email, string? code, string? newPassword)
    {
        if (string.IsNullOrEmpty(newPassword) || newPassword.Length > AppSignInManager.MaxPassword)
        {
            return Error.Invalid("account.invalid", "newPassword", $"Enter a new password of 8 to {AppSignInManager.MaxPassword} characters.");
        }

        if (string.IsNullOrWhiteSpace(email) || email.Length > AppSignInManager.MaxPassword
            || Decode(code) is not { } token || await users.FindByEmailAsync(email.Trim()) is not { } user)
        {
            return AccountErrors.InvalidToken;
        }

        var reset = await users.ResetPasswordAsync(user, token, newPassword);
        var refusal = reset.Succeeded ? null : AccountErrors.From(reset);
        if (refusal is null)
        {
            await guard.ForgetAsync(user.Email!, CancellationToken.None);
            await signIn.EndAllSessionsAsync(user);
        }

        await TellAsync(Actor.Anonymous, user.Id, "account.password", "set anew with a link", refusal);
        return refusal;
    }

    /// <summary>Notes that an e-mail address is the person's, with the code from a link.</summary>
    /// <returns>Null when done, or <c>account.token_invalid</c>.</returns>
    public async Task<Error?> ConfirmEmailAsync(string? userId, string? code)
    {
        if (!Guid.TryParse(userId, out var id) || Decode(code) is not { } token || await users.FindByIdAsync(id.ToString()) is not { } user)
        {
            return AccountErrors.InvalidToken;
        }

        var refusal = (await users.ConfirmEmailAsync(user, token)).Succeeded ? null : AccountErrors.InvalidToken;
        await audit.AppendAccountAsync(Actor.Anonymous, id, "account.email", "confirmed with a mailed link", refusal);
        return refusal;
    }

    /// <summary>What was done is told, and what was refused; a mistake of who may do it, as a password that is too short, is neither.</summary>
    private Task TellAsync(Actor actor, Guid userId, string act, string done, Error? error) =>
        error is null || AccountErrors.IsRefusal(error) ? audit.AppendAccountAsync(actor, userId, act, done, error) : Task.CompletedTask;

    private Task TellAsync(AppUser user, string act, string detail) => audit.AppendAccountAsync(Actor.User(user.Id), user.Id, act, detail);

    private static string? Decode(string? code)
    {
        if (string.IsNullOrWhiteSpace(code) || code.Length > 4_000)
        {
            return null;
        }

        try
        {
            return Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(code));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
