using OtherThing.Core.Access;

namespace OtherThing.Core.Audit;

/// <summary>Whether what an entry tells of was done.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>It was asked for and refused.</summary>
    Refused,
}

/// <summary>One thing somebody did, or was refused; never changed, never deleted.</summary>
public sealed record AuditEntry
{
    /// <summary>The entry.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its place in its chain, from 1; 0 for what was written before there was one.</summary>
    public required long Sequence { get; init; }

    /// <summary>Whose chain it is in; null for what concerns an account or a machine and no workspace.</summary>
    public required Guid? WorkspaceId { get; init; }

    /// <summary>When (UTC, whole milliseconds).</summary>
    public required DateTime At { get; init; }

    /// <summary>How whoever did it came in.</summary>
    public required ActorKind ActorKind { get; init; }

    /// <summary>The person; null when nobody was signed in.</summary>
    public required Guid? ActorId { get; init; }

    /// <summary>The personal token they came with.</summary>
    public required Guid? TokenId { get; init; }

    /// <summary>What the person was called then; empty when nobody was signed in.</summary>
    public required string Actor { get; init; }

    /// <summary>What: <c>flow.publish</c>, as <see cref="Operation.Act"/> or more exact.</summary>
    public required string Action { get; init; }

    /// <summary>To what: <c>flow:{id}</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Whether it was done.</summary>
    public required AuditOutcome Outcome { get; init; }

    /// <summary>More about it, for people; never a secret.</summary>
    public required string? Detail { get; init; }

    /// <summary>The IP address it was asked from; null when it came from no network request.</summary>
    public required string? Address { get; init; }

    /// <summary>32 bytes, see <see cref="AuditChain"/>; empty for what was written before there was a chain.</summary>
    public required byte[] Hash { get; init; }
}

/// <summary>Which entries are asked for; null asks for any.</summary>
/// <param name="From">Not before (UTC).</param>
/// <param name="To">Before (UTC).</param>
/// <param name="ActorId">By this person.</param>
/// <param name="Action">This act (<c>flow.publish</c>), or all of one thing (<c>flow.*</c>).</param>
/// <param name="Outcome">Done or refused ones.</param>
public sealed record AuditFilter(DateTime? From = null, DateTime? To = null, Guid? ActorId = null, string? Action = null, AuditOutcome? Outcome = null);

/// <summary>The end of a chain.</summary>
/// <param name="Sequence">The last entry's place.</param>
/// <param name="Hash">Its hash.</param>
public sealed record AuditHead(long Sequence, byte[] Hash);
