using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Data.Access;
using OtherThing.Web.Components.Account.Mail;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Components.Account;

/// <summary>The Identity API's e-mail, password and two-factor endpoints.</summary>
internal static class AuthManageEndpoints
{
    private const string OwnAccount = "It concerns one's own account only, and a personal token cannot use it.";
    private const string Link = "The code in the link is the right.";

    public static void MapAuthManageEndpoints(this IEndpointRouteBuilder app)
    {
        var links = app.MapApi("/auth").AllowAnonymous().RequiresNoRow(Link).WithTags("Accounts");
        links.MapGet("/confirmEmail", ConfirmEmailAsync).WithName("ConfirmEmail").CountsAs(GuessPurpose.MailedLink);
        links.MapPost("/resendConfirmationEmail", ResendConfirmation).WithName("ResendConfirmationEmail").CountsAs(GuessPurpose.ForgottenPassword);
        links.MapPost("/forgotPassword", ForgotPassword).WithName("ForgotPassword").CountsAs(GuessPurpose.ForgottenPassword);
        links.MapPost("/resetPassword", ResetPasswordAsync).WithName("ResetPassword").CountsAs(GuessPurpose.MailedLink);
        var manage = app.MapApi("/auth/manage").RequiresNoRow(OwnAccount).CountsAs(GuessPurpose.OwnAccount).WithTags("Accounts");
        manage.MapPost("/2fa", ManageTwoFactorAsync).WithName("ManageTwoFactor");
        manage.MapGet("/info", GetInfoAsync).WithName("GetAccountInfo");
        manage.MapPost("/info", UpdateInfoAsync).WithName("UpdateAccountInfo");
    }

    private static async Task<Results<Ok, ProblemHttpResult>> ConfirmEmailAsync(
        AccountService accounts, string? userId = null, string? code = null) =>
        await accounts.ConfirmEmailAsync(userId, code) is { } error ? error.ToProblem() : TypedResults.Ok();

    private static Ok ResendConfirmation(EmailRequest request, AccountMailQueue mail)
    {
        mail.Ask(AccountMailKind.ConfirmAddress, request.Email);
        return TypedResults.Ok();
    }

    private static Ok ForgotPassword(EmailRequest request, AccountMailQueue mail)
    {
        mail.Ask(AccountMailKind.ResetPassword, request.Email);
        return TypedResults.Ok();
    }

    private static async Task<Results<Ok, ProblemHttpResult>> ResetPasswordAsync(ResetPasswordRequest request, AccountService accounts) =>
        await accounts.ResetPasswordAsync(request.Email, request.ResetCode, request.NewPassword) is { } error
            ? error.ToProblem()
            : TypedResults.Ok();

    private static async Task<Results<Ok<TwoFactorResponse>, ProblemHttpResult>> ManageTwoFactorAsync(
        TwoFactorRequest request, HttpContext http, Door door, UserManager<AppUser> users, AccountService accounts)
    {
        if (!(await FindFreshAsync(http, door, users)).TryGet(out var user, out var error))
        {
            return error.ToProblem();
        }

        IReadOnlyList<string>? codes = null;
        if (request.Enable == true)
        {
            if (request.ResetSharedKey)
            {
                return Error.Invalid("account.invalid", "resetSharedKey", "Set up the app with the new key first, then enable.").ToProblem();
            }

            if (!(await accounts.EnableTwoFactorAsync(user, request.TwoFactorCode)).TryGet(out codes, out error))
            {
                return (error with { Fields = [new FieldError("twoFactorCode", error.Message)] }).ToProblem();
            }
        }
        else if (request.Enable == false)
        {
            await accounts.DisableTwoFactorAsync(user);
        }

        if (request.ResetRecoveryCodes && codes is null && !(await accounts.RenewRecoveryCodesAsync(user)).TryGet(out codes, out error))
        {
            return error.ToProblem();
        }

        var key = await accounts.GetAuthenticatorKeyAsync(user, renew: request.ResetSharedKey);
        return TypedResults.Ok(new TwoFactorResponse(
            key.Key.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant(),
            await users.CountRecoveryCodesAsync(user),
            codes,
            user.TwoFactorEnabled,
            IsMachineRemembered: false));
    }

    private static async Task<Results<Ok<InfoResponse>, ProblemHttpResult>> GetInfoAsync(
        HttpContext http, UserManager<AppUser> users) =>
        (await FindAsync(http, users)).TryGet(out var user, out var error)
            ? TypedResults.Ok(new InfoResponse(user.Email!, user.EmailConfirmed))
            : error.ToProblem();

    private static async Task<Results<Ok<InfoResponse>, ProblemHttpResult>> UpdateInfoAsync(
        InfoRequest request, HttpContext http, Door door, UserManager<AppUser> users, AccountService accounts)
    {
        if (!(await FindFreshAsync(http, door, users)).TryGet(out var user, out var error))
        {
            return error.ToProblem();
        }

        if (request.NewEmail is not null)
        {
            return Error.Invalid("account.invalid", "newEmail", "The e-mail address of an account cannot be changed.").ToProblem();
        }

        if (request.NewPassword is not null)
        {
            error = await accounts.ChangePasswordAsync(user, request.OldPassword, request.NewPassword);
        }

        return error is null ? TypedResults.Ok(new InfoResponse(user.Email!, user.EmailConfirmed)) : error.ToProblem();
    }

    /// <summary>What secures an account is shown and changed within minutes of a sign-in only: a token left about is not enough.</summary>
    private static async Task<Result<AppUser>> FindFreshAsync(HttpContext http, Door door, UserManager<AppUser> users) =>
        (await FindAsync(http, users)).TryGet(out var user, out var error)
            ? door.AskFresh(CurrentActor.From(http.User)) is { } refusal ? refusal : user
            : error;

    private static async Task<Result<AppUser>> FindAsync(HttpContext http, UserManager<AppUser> users) =>
        CurrentActor.From(http.User).Kind != ActorKind.User ? AccountErrors.SignInRequired
        : await users.GetUserAsync(http.User) is { } user ? user
        : AccountErrors.WrongPassword;
}

internal sealed record EmailRequest(string? Email);

internal sealed record ResetPasswordRequest(string? Email, string? ResetCode, string? NewPassword);

internal sealed record TwoFactorRequest(
    bool? Enable = null, string? TwoFactorCode = null, bool ResetSharedKey = false, bool ResetRecoveryCodes = false,
    bool ForgetMachine = false);

internal sealed record TwoFactorResponse(
    string SharedKey, int RecoveryCodesLeft, IReadOnlyList<string>? RecoveryCodes, bool IsTwoFactorEnabled, bool IsMachineRemembered);

internal sealed record InfoRequest(string? NewEmail = null, string? NewPassword = null, string? OldPassword = null);

internal sealed record InfoResponse(string Email, bool IsEmailConfirmed);
