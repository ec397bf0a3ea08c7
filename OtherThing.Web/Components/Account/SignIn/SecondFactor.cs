using Microsoft.AspNetCore.Identity;
using OtherThing.Data.Access;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>Takes the codes of a second factor: each of an authenticator app's and each recovery code once.</summary>
internal sealed class SecondFactor(UserManager<AppUser> users, TimeProvider clock)
{
    private const int MaxCode = 100;

    /// <summary>Takes a code of the app, or a recovery code.</summary>
    public Task<bool> TakeAsync(AppUser user, string? code) =>
        code is null || code.Length > MaxCode ? Task.FromResult(false)
        : Digits(code) is { } digits ? TakeDigitsAsync(user, digits)
        : TakeRecoveryCodeAsync(user, code);

    /// <summary>Takes a code of the app, and no recovery code.</summary>
    public async Task<bool> TakeAppCodeAsync(AppUser user, string? code) =>
        code is { Length: <= MaxCode } && Digits(code) is { } digits && await TakeDigitsAsync(user, digits);

    /// <summary>
    /// Takes the code by which somebody shows that their app is set up. It still signs in once: whoever saw it saw the key beside it.
    /// </summary>
    public async Task<bool> TakeFirstCodeAsync(AppUser user, string? code) =>
        code is { Length: <= MaxCode } && Digits(code) is { } digits && await TakeDigitsAsync(user, digits, signsInYet: true);

    /// <summary>Takes a recovery code, which is worth nothing from then on.</summary>
    public async Task<bool> TakeRecoveryCodeAsync(AppUser user, string? code) =>
        code is { Length: > 0 and <= MaxCode } && (await users.RedeemTwoFactorRecoveryCodeAsync(user, code.Trim())).Succeeded;

    private async Task<bool> TakeDigitsAsync(AppUser user, string digits, bool signsInYet = false)
    {
        if (await users.GetAuthenticatorKeyAsync(user) is not { Length: > 0 } key
            || TimeCode.FindStep(key, digits, clock.GetUtcNow()) is not { } step
            || step <= user.LastCodeStep)
        {
            return false;
        }

        // Of two who give the same code at once, the second finds the account changed, and is refused.
        user.LastCodeStep = signsInYet ? Math.Max(user.LastCodeStep, step - 1) : step;
        return (await users.UpdateAsync(user)).Succeeded;
    }

    private static string? Digits(string code)
    {
        var digits = string.Concat(code.Where(letter => letter is not (' ' or '-')));
        return digits.Length == TimeCode.Length && digits.All(char.IsAsciiDigit) ? digits : null;
    }
}
