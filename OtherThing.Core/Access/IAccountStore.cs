namespace OtherThing.Core.Access;

/// <summary>A person, as the rest of OtherThing needs to know them.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Email">Their address; shown to themselves and to those whose role allows.</param>
/// <param name="DisplayName">What others see.</param>
public sealed record Account(Guid Id, string Email, string DisplayName);

/// <summary>Reads accounts; making and securing them is the sign-in system's part.</summary>
public interface IAccountStore
{
    /// <summary>Whether any account exists yet.</summary>
    Task<bool> AnyAsync(CancellationToken cancellationToken);

    /// <summary>One person; null when there is none.</summary>
    Task<Account?> FindAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>The account made first, which looks after the server; null while there is none.</summary>
    Task<Account?> FindFirstAsync(CancellationToken cancellationToken);

    /// <summary>The names of these people, by id; people who do not exist (any more) are missing.</summary>
    Task<IReadOnlyDictionary<Guid, string>> ListNamesAsync(IReadOnlyCollection<Guid> userIds, CancellationToken cancellationToken);

    /// <summary>Sets what others see.</summary>
    Task RenameAsync(Guid userId, string displayName, CancellationToken cancellationToken);
}
