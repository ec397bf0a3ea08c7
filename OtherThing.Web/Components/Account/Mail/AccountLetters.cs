using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using OtherThing.Data.Access;

namespace OtherThing.Web.Components.Account.Mail;

/// <summary>Writes the letters that carry a link, when there is an account with the address.</summary>
internal sealed class AccountLetters(UserManager<AppUser> users, AccountMail mail)
{
    /// <summary>A link to set a new password.</summary>
    public async Task SendResetLinkAsync(string address, CancellationToken cancellationToken)
    {
        if (await users.FindByEmailAsync(address) is not { } user)
        {
            return;
        }

        var link = mail.LinkBase + ResetPath(user.Email!, await users.GeneratePasswordResetTokenAsync(user));
        await mail.SendAsync(
            user.Email!, "Set a new password for OtherThing", $"Open this link within an hour to set a new password:\n\n{link}\n", cancellationToken);
    }

    /// <summary>A link that shows that an address is the person's.</summary>
    public async Task SendConfirmationAsync(string address, CancellationToken cancellationToken)
    {
        if (await users.FindByEmailAsync(address) is not { EmailConfirmed: false } user)
        {
            return;
        }

        var link = mail.LinkBase + Path("/api/v1/auth/confirmEmail", "userId", user.Id.ToString(), await users.GenerateEmailConfirmationTokenAsync(user));
        await mail.SendAsync(user.Email!, "Confirm your address for OtherThing", $"Open this link:\n\n{link}\n", cancellationToken);
    }

    /// <summary>Where a code leads to a new password.</summary>
    public static string ResetPath(string email, string token) => Path("/account/reset", "email", email, token);

    private static string Path(string path, string name, string value, string token) => QueryHelpers.AddQueryString(
        path,
        new Dictionary<string, string?> { [name] = value, ["code"] = WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(token)) });
}
