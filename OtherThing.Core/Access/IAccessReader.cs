namespace OtherThing.Core.Access;

/// <summary>What many open streams and pages stand on, asked in one go.</summary>
/// <param name="Sessions">Sign-in sessions.</param>
/// <param name="Tokens">Personal tokens.</param>
/// <param name="Memberships">Who, where.</param>
public sealed record AccessQuestion(
    IReadOnlyCollection<Guid> Sessions, IReadOnlyCollection<Guid> Tokens, IReadOnlyCollection<(Guid WorkspaceId, Guid UserId)> Memberships);

/// <summary>The answer to an <see cref="AccessQuestion"/>.</summary>
/// <param name="Sessions">Those that have neither ended nor expired.</param>
/// <param name="Tokens">Those that are neither revoked nor expired.</param>
/// <param name="Roles">The roles of those who are members; who is none is missing.</param>
public sealed record AccessFacts(
    IReadOnlySet<Guid> Sessions, IReadOnlySet<Guid> Tokens, IReadOnlyDictionary<(Guid WorkspaceId, Guid UserId), Role> Roles);

/// <summary>Reads what open streams and pages stand on.</summary>
public interface IAccessReader
{
    /// <summary>Which of these still hold.</summary>
    Task<AccessFacts> ReadAsync(AccessQuestion question, DateTime utcNow, CancellationToken cancellationToken);
}
