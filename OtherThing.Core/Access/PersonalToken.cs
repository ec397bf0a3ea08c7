using OtherThing.Core.Results;

namespace OtherThing.Core.Access;

/// <summary>A token a person made for a program of theirs. The value itself is not kept.</summary>
public sealed class PersonalToken
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxName = 80;

    /// <summary>How long its name may be.</summary>
    public static TextLimit NameLimit { get; } = new(80, MaxName);

    /// <summary>The longest life, in days.</summary>
    public const int MaxDays = 365;

    /// <summary>The life of a token when nobody says how long, in days.</summary>
    public const int DefaultDays = 90;

    private PersonalToken()
    {
    }

    /// <summary>A new token; name, scopes and life are checked by <see cref="PersonalTokenService"/>.</summary>
    public PersonalToken(Guid userId, string name, Scopes scopes, string hash, DateTime utcNow, DateTime expiresAt)
    {
        Id = Guid.CreateVersion7();
        (UserId, Name, Scopes, Hash, CreatedAt, ExpiresAt) = (userId, name, scopes, hash, utcNow, expiresAt);
    }

    /// <summary>Which one.</summary>
    public Guid Id { get; private set; }

    /// <summary>Whose.</summary>
    public Guid UserId { get; private set; }

    /// <summary>What it is for.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What it may be used for, at most what its person may do at the time.</summary>
    public Scopes Scopes { get; private set; }

    /// <summary>SHA-256 of the value.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>When it was made (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it ends (UTC).</summary>
    public DateTime ExpiresAt { get; private set; }

    /// <summary>When it was last used (UTC), to within some minutes; null when never.</summary>
    public DateTime? LastUsedAt { get; private set; }
}

/// <summary>What a person says of a new token.</summary>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="Scopes">At least one.</param>
/// <param name="ExpiresInDays">1 to 365; null is 90.</param>
public sealed record PersonalTokenDraft(string? Name, Scopes Scopes, int? ExpiresInDays = null);

/// <summary>A new token and its value, which is shown only once.</summary>
/// <param name="Token">The token.</param>
/// <param name="Value">The value, <c>ot_pat_...</c>.</param>
public sealed record NewPersonalToken(PersonalToken Token, string Value);
