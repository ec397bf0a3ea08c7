using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Data.Access;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>
/// Proves again who is signed in, for what asks for a fresh sign-in. It is noted with the session, not in the cookie: an open page has no
/// answer that could carry one.
/// </summary>
internal sealed class Reconfirmation(UserManager<AppUser> users, SignInGuard guard, SecondFactor secondFactor, FreshSignIns fresh, AuditLog audit)
{
    /// <summary>Whether the account asks for a code beside the password.</summary>
    public async Task<bool> AsksForCodeAsync(Actor actor) => await FindAsync(actor) is { TwoFactorEnabled: true };

    /// <summary>Takes the password and, where the account has one, the second factor; wrong ones count towards the lock of its address.</summary>
    /// <returns>
    /// Null when proven: the session is fresh from now on. Or <c>account.wrong_password</c>, <c>account.wrong_code</c>, <c>account.locked</c>,
    /// <c>access.unauthenticated</c>.
    /// </returns>
    public async Task<Error?> TryAsync(Actor actor, string? password, string? code, CancellationToken cancellationToken)
    {
        if (actor.SessionId is not { } session || await FindAsync(actor) is not { } user)
        {
            return AccountErrors.SessionEnded;
        }

        return await guard.TryAsync(user.Email!, () => ProveAsync(actor, user, session, password, code), cancellationToken);
    }

    private async Task<Proof> ProveAsync(Actor actor, AppUser user, Guid session, string? password, string? code)
    {
        if (password is not { Length: > 0 and <= AppSignInManager.MaxPassword } || !await users.CheckPasswordAsync(user, password))
        {
            return await WrongAsync(actor, user, AccountErrors.WrongConfirmation);
        }

        if (user.TwoFactorEnabled && !await secondFactor.TakeAsync(user, code))
        {
            return await WrongAsync(actor, user, AccountErrors.WrongCode);
        }

        fresh.Confirm(session);
        await audit.AppendAccountAsync(actor, user.Id, "account.sign_in", "confirmed who they are");
        return default;
    }

    private async Task<Proof> WrongAsync(Actor actor, AppUser user, Error refusal)
    {
        await audit.AppendAccountAsync(actor, user.Id, "account.sign_in", null, refusal);
        return Proof.Wrong(refusal);
    }

    private async Task<AppUser?> FindAsync(Actor actor) => actor.UserId is { } userId ? await users.FindByIdAsync(userId.ToString()) : null;
}
