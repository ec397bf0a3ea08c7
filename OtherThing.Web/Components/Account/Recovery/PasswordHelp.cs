using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Data.Access;
using OtherThing.Web.Components.Account.Mail;
using OtherThing.Web.Components.Account.SignIn;
using OtherThing.Web.Hosting.Limits;

namespace OtherThing.Web.Components.Account.Recovery;

/// <summary>A link by which somebody sets a new password.</summary>
/// <param name="Path">From the server's root; shown this once.</param>
/// <param name="Email">Whose account it is for.</param>
internal sealed record PasswordLink(string Path, string Email);

/// <summary>
/// Helps somebody back in who forgot their password. The administrator gets a link to pass on and never learns a password; a second factor
/// stays asked for.
/// </summary>
internal sealed class PasswordHelp(
    UserManager<AppUser> users, Administrator administrator, Door door, GuessLimits limits, AuditLog audit)
{
    /// <summary>Makes a link for the account with this address; links made before it stay good until one is used.</summary>
    /// <returns>
    /// The link, or <c>access.forbidden</c>, <c>access.reauthenticate</c>, <c>request.too_many</c>, <c>account.invalid</c>,
    /// <c>account.not_found</c>, <c>account.own</c>.
    /// </returns>
    public async Task<Result<PasswordLink>> MakeLinkAsync(Actor actor, string? email, CancellationToken cancellationToken)
    {
        if (!await administrator.IsAsync(actor, cancellationToken))
        {
            return Error.Forbidden(
                "access.forbidden", "Only the administrator of this server can help with a forgotten password: the person of its first account.");
        }

        if ((door.AskFresh(actor) ?? limits.Count(GuessPurpose.ForgottenPassword, actor)) is { } refusal)
        {
            return refusal;
        }

        if (string.IsNullOrWhiteSpace(email) || email.Length > AppSignInManager.MaxPassword)
        {
            return Error.Invalid("account.invalid", "email", "Enter the e-mail address of the account.");
        }

        if (await users.FindByEmailAsync(email.Trim()) is not { } user)
        {
            return Error.NotFound("account.not_found", "There is no account with this e-mail address.");
        }

        if (user.Id == actor.UserId)
        {
            return Error.Conflict("account.own", "This is your own account. Change your password on your account page.");
        }

        var path = AccountLetters.ResetPath(user.Email!, await users.GeneratePasswordResetTokenAsync(user));
        await audit.AppendAccountAsync(actor, user.Id, "account.reset_link", "made by the administrator of the server");
        return new PasswordLink(path, user.Email!);
    }
}
