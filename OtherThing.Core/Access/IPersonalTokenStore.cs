namespace OtherThing.Core.Access;

/// <summary>Keeps personal tokens.</summary>
public interface IPersonalTokenStore
{
    /// <summary>Saves a new token.</summary>
    Task AddAsync(PersonalToken token, CancellationToken cancellationToken);

    /// <summary>A person's tokens, newest first, expired ones included.</summary>
    Task<IReadOnlyList<PersonalToken>> ListAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>The token with this hash that has not expired and whose person still exists; null when there is none.</summary>
    Task<PersonalToken?> FindAsync(string hash, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Notes that a token was used.</summary>
    Task TouchAsync(Guid tokenId, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Deletes a person's token; false when they have no such token.</summary>
    Task<bool> TryRemoveAsync(Guid userId, Guid tokenId, CancellationToken cancellationToken);
}
