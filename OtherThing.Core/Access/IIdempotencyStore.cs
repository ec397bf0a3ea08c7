namespace OtherThing.Core.Access;

/// <summary>The answer a request got.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Of the body; null without one.</param>
/// <param name="Location">Where the created thing is; null when the answer named none.</param>
/// <param name="Body">The body, sealed by the caller; empty for one that holds a secret, which is never kept.</param>
/// <param name="Role">The caller's role in the workspace it was about; null when it was about none.</param>
/// <param name="Scopes">What the caller's credential covered.</param>
/// <param name="SubjectId">What was made, when a repeat reads it anew.</param>
public sealed record KeptAnswer(
    int Status, string? ContentType, string? Location, byte[] Body, Role? Role = null, Scopes Scopes = Scopes.None, Guid? SubjectId = null);

/// <summary>What came of claiming a key.</summary>
public enum KeyClaimOutcome
{
    /// <summary>The key is the caller's: do the work, then complete or release it.</summary>
    Claimed,

    /// <summary>The work was done: give the kept answer.</summary>
    Answered,

    /// <summary>Somebody is doing the work just now.</summary>
    InProgress,

    /// <summary>The key was used with another body.</summary>
    OtherBody,
}

/// <summary>A claimed key, or why it is not.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Answer">The kept answer, when there is one.</param>
public sealed record KeyClaim(KeyClaimOutcome Outcome, KeptAnswer? Answer = null);

/// <summary>Keeps the answers to requests that carried an <c>Idempotency-Key</c>, for a day.</summary>
public interface IIdempotencyStore
{
    /// <summary>How long an answer is kept.</summary>
    static TimeSpan KeptFor { get; } = TimeSpan.FromHours(24);

    /// <summary>After this time unfinished work counts as broken off, and the key can be claimed anew.</summary>
    static TimeSpan BrokenOffAfter { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Claims a key for a body; at most one caller gets it.</summary>
    /// <param name="id">Hash of person, address and key.</param>
    /// <param name="bodyHash">Hash of the body.</param>
    /// <param name="utcNow">The time (UTC).</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<KeyClaim> ClaimAsync(string id, string bodyHash, DateTime utcNow, CancellationToken cancellationToken);

    /// <summary>Keeps the answer.</summary>
    Task CompleteAsync(string id, KeptAnswer answer, CancellationToken cancellationToken);

    /// <summary>Lets the key go: nothing was done that a second request must not do.</summary>
    Task ReleaseAsync(string id, CancellationToken cancellationToken);
}
