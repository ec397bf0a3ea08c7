using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Access;
using OtherThing.Web.Components.Account.SignIn;

namespace OtherThing.Web.Components.Account;

/// <summary>One registration at a time while the door is closed, so that "the first account" is one.</summary>
internal sealed class RegistrationGate : IDisposable
{
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public void Dispose() => Turn.Dispose();
}

/// <summary>A new account, and the workspace its invite led to.</summary>
internal sealed record Registered(AppUser User, WorkspaceView? Joined);

/// <summary>Makes accounts, as the instance's policy allows.</summary>
internal sealed class Registration(
    UserManager<AppUser> users,
    IAccountStore accounts,
    InviteService invites,
    IOptions<AccountOptions> options,
    IHostEnvironment environment,
    RegistrationGate gate,
    SetupCode setup,
    AuditLog audit,
    TimeProvider clock)
{
    private const int MaxEmail = 254;

    private static readonly EmailAddressAttribute s_email = new();

    /// <summary>Whether anyone may register just now, without an invite.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken cancellationToken) =>
        (options.Value.OpenRegistration ?? environment.IsDevelopment()) || !await accounts.AnyAsync(cancellationToken);

    /// <summary>Whether an account made now is the server's first.</summary>
    public async Task<bool> IsFirstAsync(CancellationToken cancellationToken) => !await accounts.AnyAsync(cancellationToken);

    /// <summary>Whether an account made now takes the code from the server's console.</summary>
    public Task<bool> TakesSetupCodeAsync(CancellationToken cancellationToken) => setup.IsNeededAsync(cancellationToken);

    /// <summary>Makes an account and, with an invite, lets it into the workspace.</summary>
    /// <returns>
    /// The account, or <c>account.invalid</c>, <c>account.email_taken</c>, <c>account.registration_closed</c>, <c>account.setup_code_wrong</c>, or
    /// why the invite is no good.
    /// </returns>
    public async Task<Result<Registered>> RegisterAsync(
        string? email, string? password, string? inviteCode, string? setupCode, CancellationToken cancellationToken)
    {
        email = email?.Trim();
        if (string.IsNullOrEmpty(email) || email.Length > MaxEmail || !s_email.IsValid(email) || email.Any(char.IsControl))
        {
            return Error.Invalid("account.invalid", "email", "Enter an e-mail address, such as ana@example.org.");
        }

        if (string.IsNullOrEmpty(password) || password.Length > AppSignInManager.MaxPassword)
        {
            return Error.Invalid("account.invalid", "password", $"Enter a password of 8 to {AppSignInManager.MaxPassword} characters.");
        }

        var invited = !string.IsNullOrWhiteSpace(inviteCode);
        if (invited && (await invites.PreviewAsync(inviteCode, cancellationToken)).Error is { } noInvite)
        {
            return noInvite with { Fields = [new FieldError("inviteCode", noInvite.Message)] };
        }

        if (invited)
        {
            return await CreateInvitedAsync(email, password, inviteCode!, cancellationToken);
        }

        await gate.Turn.WaitAsync(cancellationToken);
        try
        {
            if (!await IsOpenAsync(cancellationToken))
            {
                return Error.Forbidden("account.registration_closed", "Registration takes an invite here. Ask a member of a workspace for one.");
            }

            if (await setup.IsNeededAsync(cancellationToken) && !setup.Is(setupCode))
            {
                return AccountErrors.WrongSetupCode;
            }

            var made = await CreateAsync(email, password);
            return made.TryGet(out var user, out var error) ? new Registered(user, null) : error;
        }
        finally
        {
            gate.Turn.Release();
        }
    }

    private async Task<Result<Registered>> CreateInvitedAsync(
        string email, string password, string inviteCode, CancellationToken cancellationToken)
    {
        if (!(await CreateAsync(email, password)).TryGet(out var user, out var error))
        {
            return error;
        }

        var actor = Actor.User(user.Id, clock.GetUtcNow().UtcDateTime);
        if ((await invites.RedeemAsync(actor, inviteCode, cancellationToken)).TryGet(out var joined, out error))
        {
            return new Registered(user, joined);
        }

        // The last use went to somebody else, or the invite is for another address: no account without an invite.
        await users.DeleteAsync(user);
        return error with { Fields = [new FieldError("inviteCode", error.Message)] };
    }

    private async Task<Result<AppUser>> CreateAsync(string email, string password)
    {
        var user = new AppUser
        {
            Id = Guid.CreateVersion7(),
            UserName = email,
            Email = email,
            DisplayName = TextCut.Head(email[..email.IndexOf('@', StringComparison.Ordinal)], ProfileService.MaxDisplayName),
            CreatedAt = clock.GetUtcNow().UtcDateTime,
        };
        var made = await users.CreateAsync(user, password);
        if (!made.Succeeded)
        {
            return AccountErrors.From(made);
        }

        await audit.AppendAccountAsync(Actor.User(user.Id), user.Id, "account.register", null);
        return user;
    }
}
