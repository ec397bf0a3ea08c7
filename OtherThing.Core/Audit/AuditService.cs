using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Audit;

/// <summary>What came of going through a chain.</summary>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Head">The hash of the last; whoever keeps it can tell later that nothing before it was changed. Null when there is none.</param>
/// <param name="BrokenAt">The first entry that does not fit; null when all do, or when entries are missing at the end.</param>
/// <param name="Reason">What does not fit; null when all does.</param>
public sealed record AuditVerdict(long Entries, byte[]? Head, AuditEntry? BrokenAt, string? Reason)
{
    /// <summary>True when nothing was changed, removed or put in.</summary>
    public bool Intact => Reason is null;
}

/// <summary>The audit as Owners and Admins read it (A75).</summary>
public sealed class AuditService(IAuditStore store, AuditLog audit, Door door)
{
    /// <summary>The entries of a workspace, newest first.</summary>
    public async Task<Result<Page<AuditEntry>>> ListAsync(
        Actor actor, Guid workspaceId, AuditFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        if ((await EnterAsync(actor, workspaceId, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await store.ListAsync(workspaceId, filter, page, cancellationToken);
    }

    /// <summary>The same, oldest first, all of them. That they were taken out is an entry itself.</summary>
    public async Task<Result<IAsyncEnumerable<AuditEntry>>> ExportAsync(
        Actor actor, Guid workspaceId, AuditFilter filter, CancellationToken cancellationToken)
    {
        if ((await EnterAsync(actor, workspaceId, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        await audit.AppendAsync(actor, workspaceId, Operations.AuditRead, $"workspace:{workspaceId}", "exported", "audit.export");
        return Result<IAsyncEnumerable<AuditEntry>>.Success(store.ReadAsync(workspaceId, filter, cancellationToken));
    }

    /// <summary>Goes through the chain from its beginning and computes every hash anew.</summary>
    public async Task<Result<AuditVerdict>> VerifyAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        if ((await EnterAsync(actor, workspaceId, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        var known = await store.FindHeadAsync(workspaceId, cancellationToken);
        var hash = AuditChain.Begin(workspaceId);
        var (count, sequence) = (0L, 0L);
        await foreach (var entry in store.ReadAsync(workspaceId, new AuditFilter(), cancellationToken))
        {
            count++;
            if (entry.Sequence > 0 && entry.Sequence != ++sequence)
            {
                return new AuditVerdict(count, hash, entry, $"Entry {sequence} is missing before entry {entry.Sequence}.");
            }

            hash = AuditChain.Next(hash, entry);
            if (entry.Sequence > 0 && !hash.AsSpan().SequenceEqual(entry.Hash))
            {
                return new AuditVerdict(count, hash, entry, $"Entry {entry.Sequence}, or one before it, is not what was written.");
            }
        }

        if (sequence == 0)
        {
            return known is null ? new AuditVerdict(count, null, null, null) : new AuditVerdict(count, null, null, Missing(0, known));
        }

        // Entries may have been added while these were read, so the end is looked at before and after.
        var last = await store.FindHeadAsync(workspaceId, cancellationToken);
        var reason = known is not null && sequence < known.Sequence ? Missing(sequence, known)
            : last is null || sequence > last.Sequence ? $"Entry {sequence} was put in after the last one that was written."
            : sequence == last.Sequence && !hash.AsSpan().SequenceEqual(last.Hash) ? $"Entry {sequence} is not the last one that was written."
            : null;
        return new AuditVerdict(count, hash, null, reason);
    }

    private static string Missing(long sequence, AuditHead head) => $"The entries {sequence + 1} to {head.Sequence} are missing at the end.";

    private async Task<Result<Entry>> EnterAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.AuditRead, cancellationToken);
        if (entered.IsSuccess)
        {
            await audit.FlushAsync(cancellationToken);
        }

        return entered;
    }
}
