using OtherThing.Core.Audit;
using OtherThing.Core.Results;

namespace OtherThing.Core.Access;

/// <summary>One's own name and address. They belong to no workspace, so the credential's scope is all there is to check.</summary>
public sealed class ProfileService(IAccountStore accounts, AuditLog audit)
{
    /// <summary>The longest display name, in characters.</summary>
    public const int MaxDisplayName = 80;

    /// <summary>How long the name may be that others see.</summary>
    public static TextLimit DisplayName { get; } = new(80, MaxDisplayName);

    /// <summary>The person themselves.</summary>
    /// <returns>The account, or <c>access.unauthenticated</c>.</returns>
    public async Task<Result<Account>> FindAsync(Actor actor, CancellationToken cancellationToken) =>
        actor.UserId is { } userId && await accounts.FindAsync(userId, cancellationToken) is { } account ? account : Unauthenticated;

    /// <summary>Sets what others see; null leaves it.</summary>
    /// <returns>The account, or <c>account.invalid</c>, <c>access.scope</c>, <c>access.unauthenticated</c>.</returns>
    public async Task<Result<Account>> RenameAsync(Actor actor, string? displayName, CancellationToken cancellationToken)
    {
        if (!(await FindAsync(actor, cancellationToken)).TryGet(out var account, out var error))
        {
            return error;
        }

        if (!actor.Scopes.HasFlag(Scopes.Manage))
        {
            return Error.Forbidden("access.scope", "This token lacks the scope 'manage'.");
        }

        var name = displayName?.Trim() ?? account.DisplayName;
        if (DisplayName.Line(name) is null)
        {
            return Error.Invalid("account.invalid", "displayName", $"Enter a name of 1 to {DisplayName} on one line.");
        }

        await accounts.RenameAsync(account.Id, name, cancellationToken);
        if (name != account.DisplayName)
        {
            await audit.AppendAccountAsync(actor, account.Id, "account.rename", $"'{account.DisplayName}' to '{name}'");
        }

        return account with { DisplayName = name };
    }

    private static Error Unauthenticated { get; } = new(ErrorKind.Unauthenticated, "access.unauthenticated", "Sign in first.");
}
