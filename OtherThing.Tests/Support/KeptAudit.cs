using System.Collections.Concurrent;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Support;

/// <summary>Keeps audit notes in memory, and fails where a test says so.</summary>
public sealed class KeptAudit : IAuditStore
{
    private readonly ConcurrentQueue<AuditNote> _notes = new();

    public IReadOnlyList<AuditNote> Notes => [.. _notes];

    public Func<AuditNote, bool> Fails { get; set; } = _ => false;

    public Task AddAsync(IReadOnlyList<AuditNote> notes, CancellationToken cancellationToken)
    {
        if (notes.Any(Fails))
        {
            throw new InvalidOperationException("The store does not answer.");
        }

        foreach (var note in notes)
        {
            _notes.Enqueue(note);
        }

        return Task.CompletedTask;
    }

    public Task<Page<AuditEntry>> ListAsync(Guid workspaceId, AuditFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        Task.FromResult(new Page<AuditEntry>([], null));

    public IAsyncEnumerable<AuditEntry> ReadAsync(Guid workspaceId, AuditFilter filter, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<AuditEntry>();

    public Task<AuditHead?> FindHeadAsync(Guid workspaceId, CancellationToken cancellationToken) => Task.FromResult<AuditHead?>(null);
}
