using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Results;

namespace OtherThing.Web.Components.Account;

/// <summary>What the sign-in system refuses, in our codes and words.</summary>
internal static class AccountErrors
{
    public static Error WrongPassword { get; } =
        new(ErrorKind.Unauthenticated, "account.wrong_password", "The e-mail address or the password is wrong.");

    public static Error WrongConfirmation { get; } =
        new(ErrorKind.Unauthenticated, "account.wrong_password", "This is not your password. Type it again.");

    public static Error SessionEnded { get; } =
        new(ErrorKind.Unauthenticated, "access.unauthenticated", "You are signed out. Sign in, then try again.");

    public static Error TwoFactorRequired { get; } =
        new(ErrorKind.Unauthenticated, "account.two_factor_required", "Give the code of your authenticator app, or a recovery code.");

    public static Error WrongCode { get; } =
        new(ErrorKind.Unauthenticated, "account.wrong_code",
            "This code is wrong or was used. Give the one that your authenticator app shows now, or another recovery code.");

    public static Error NoSession { get; } =
        Error.Forbidden("account.no_session", "A personal token has no session to end. Revoke it with DELETE /api/v1/tokens/{id}.");

    public static Error WrongOldPassword { get; } = Error.Invalid("account.invalid", "oldPassword", "The current password is wrong.");

    public static Error InvalidToken { get; } =
        Error.Invalid("account.token_invalid", "code", "This code is wrong, used or expired. Ask for a new one.");

    public static Error CodeMissing { get; } =
        Error.Invalid("account.token_invalid", "code", "Enter the code that your authenticator app shows.");

    public static Error WrongSetupCode { get; } = Error.Forbidden(
        "account.setup_code_wrong", "The first account takes the setup code that this server printed on its console when it started.")
        with
    { Fields = [new FieldError("setupCode", "Give the setup code from the server's console.")] };

    public static Error SignInRequired { get; } =
        Error.Forbidden("account.sign_in_required", "A personal token cannot do this: sign in with your password.");

    public static Error Locked(TimeSpan wait) =>
        new(ErrorKind.TooMany, "account.locked", "Too many wrong passwords or codes. Wait a few minutes, then try again.") { RetryAfter = wait };

    /// <summary>Whether somebody was kept from something because they did not show who they are; false for what they may do and did wrong.</summary>
    public static bool IsRefusal(Error error) =>
        error == InvalidToken || error == WrongOldPassword || error.Kind is ErrorKind.Unauthenticated or ErrorKind.Forbidden or ErrorKind.TooMany;

    public static Error From(IdentityResult refused)
    {
        var codes = refused.Errors.Select(error => error.Code).ToHashSet();
        if (codes.Contains(nameof(IdentityErrorDescriber.DuplicateEmail)) || codes.Contains(nameof(IdentityErrorDescriber.DuplicateUserName)))
        {
            return Error.Conflict("account.email_taken", "An account with this e-mail address exists already. Sign in, or use another address.")
                with
            { Fields = [new FieldError("email", "There is an account with this e-mail address.")] };
        }

        if (codes.Contains(nameof(IdentityErrorDescriber.InvalidToken)))
        {
            return InvalidToken;
        }

        if (codes.Contains(nameof(IdentityErrorDescriber.ConcurrencyFailure)))
        {
            return Error.Conflict("account.changed", "This account was changed a moment ago. Try again.");
        }

        var fields = refused.Errors.Select(error => new FieldError(FieldOf(error.Code), error.Description)).ToList();
        return Error.Invalid("account.invalid", fields.Count > 0 ? fields[0].Message : "This is not possible.", fields);
    }

    private static string FieldOf(string code) =>
        code == nameof(IdentityErrorDescriber.PasswordMismatch) ? "oldPassword"
        : code.Contains("Email", StringComparison.Ordinal) || code.Contains("UserName", StringComparison.Ordinal) ? "email"
        : "password";
}
