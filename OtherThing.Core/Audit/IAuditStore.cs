using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Audit;

/// <summary>What is to be kept: an entry without its place, its hash and its actor's name.</summary>
public sealed record AuditNote
{
    /// <summary>The entry's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When (UTC, whole milliseconds).</summary>
    public required DateTime At { get; init; }

    /// <summary>Where; null for what belongs to no workspace.</summary>
    public required Guid? WorkspaceId { get; init; }

    /// <summary>Whose account it concerns: it is kept in every workspace the person is in as well. Null when it concerns none.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>Who.</summary>
    public required Actor Actor { get; init; }

    /// <summary>See <see cref="AuditEntry.Action"/>.</summary>
    public required string Action { get; init; }

    /// <summary>See <see cref="AuditEntry.Target"/>.</summary>
    public required string Target { get; init; }

    /// <summary>See <see cref="AuditEntry.Outcome"/>.</summary>
    public required AuditOutcome Outcome { get; init; }

    /// <summary>See <see cref="AuditEntry.Detail"/>.</summary>
    public required string? Detail { get; init; }

    /// <summary>See <see cref="AuditEntry.Address"/>.</summary>
    public required string? Address { get; init; }
}

/// <summary>Keeps audit entries. It can only add.</summary>
public interface IAuditStore
{
    /// <summary>Adds entries in their order, all or none; a note of a workspace that never was is dropped.</summary>
    Task AddAsync(IReadOnlyList<AuditNote> notes, CancellationToken cancellationToken);

    /// <summary>A workspace's entries, newest first.</summary>
    Task<Page<AuditEntry>> ListAsync(Guid workspaceId, AuditFilter filter, PageRequest page, CancellationToken cancellationToken);

    /// <summary>The same, oldest first, as a stream: in the order of the chain.</summary>
    IAsyncEnumerable<AuditEntry> ReadAsync(Guid workspaceId, AuditFilter filter, CancellationToken cancellationToken);

    /// <summary>Where a workspace's chain ends; null when nothing was added since there are chains.</summary>
    Task<AuditHead?> FindHeadAsync(Guid workspaceId, CancellationToken cancellationToken);
}
