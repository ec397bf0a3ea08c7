using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Data.Access;

namespace OtherThing.Web.Components.Account;

/// <summary>One registration at a time while the door is closed, so that "the first account" is one.</summary>
internal sealed class RegistrationGate : IDisposable
{
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public void Dispose() => Turn.Dispose();
}

/// <summary>Makes accounts, as the instance's policy allows.</summary>
internal sealed class Registration(
    UserManager<AppUser> users,
    IAccountStore accounts,
    IOptions<AccountOptions> options,
    IHostEnvironment environment,
    RegistrationGate gate,
    TimeProvider clock)
{
    private const int MaxEmail = 254;

    private static readonly EmailAddressAttribute s_email = new();

    private bool AlwaysOpen => options.Value.OpenRegistration ?? environment.IsDevelopment();

    /// <summary>Whether anyone may register just now, without an invite.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken cancellationToken) =>
        AlwaysOpen || !await accounts.AnyAsync(cancellationToken);

    /// <summary>Makes an account.</summary>
    /// <returns>The account, or <c>account.invalid</c>, <c>account.email_taken</c>, <c>account.registration_closed</c>.</returns>
    public async Task<Result<AppUser>> RegisterAsync(
        string? email, string? password, CancellationToken cancellationToken)
    {
        email = email?.Trim();
        if (string.IsNullOrEmpty(email) || email.Length > MaxEmail || !s_email.IsValid(email) || email.Any(char.IsControl))
        {
            return Error.Invalid("account.invalid", "email", "Give an e-mail address, such as ana@example.org.");
        }

        await gate.Turn.WaitAsync(cancellationToken);
        try
        {
            return await IsOpenAsync(cancellationToken)
                ? await CreateAsync(email, password ?? "")
                : Error.Forbidden("account.registration_closed", "Registration takes an invite here. Ask a member of a workspace for one.");
        }
        finally
        {
            gate.Turn.Release();
        }
    }

    private async Task<Result<AppUser>> CreateAsync(string email, string password)
    {
        var user = new AppUser
        {
            Id = Guid.CreateVersion7(),
            UserName = email,
            Email = email,
            DisplayName = email[..Math.Min(email.IndexOf('@', StringComparison.Ordinal), ProfileService.MaxDisplayName)],
            CreatedAt = clock.GetUtcNow().UtcDateTime,
        };
        var made = await users.CreateAsync(user, password);
        return made.Succeeded ? user : AccountErrors.From(made);
    }
}
