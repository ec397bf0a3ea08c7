using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Access;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Audit;

internal sealed class AuditStore(IDbContextFactory<AppDbContext> contexts) : IAuditStore
{
    internal static readonly TimeOrder<AuditEntry> Order = new(entry => entry.At, entry => entry.Id);

    private const int PageOfChain = 500;
    private RowCommand<AuditEntry>? _add;

    public async Task AddAsync(IReadOnlyList<AuditNote> notes, CancellationToken cancellationToken)
    {
        try
        {
            await AddOnceAsync(notes, cancellationToken);
        }
        catch (Exception exception) when (DatabaseFaults.Told(exception) is var told && told != exception)
        {
            throw told;
        }
    }

    private Task<bool> AddOnceAsync(IReadOnlyList<AuditNote> notes, CancellationToken cancellationToken) => UnitOfWork.RunAsync(
        contexts,
        unit => AddAsync(unit, notes, cancellationToken),
        async db =>
        {
            // Any of them: they were kept together, but for refusals where there is no workspace.
            var ids = notes.Select(note => note.Id).ToArray();
            return await db.Set<AuditEntry>().AnyAsync(e => ids.Contains(e.Id), cancellationToken) ? new Known<bool>(true) : null;
        },
        cancellationToken);

    public async Task<Page<AuditEntry>> ListAsync(Guid workspaceId, AuditFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (found, others) = Find(db, workspaceId, filter);
        return await Order.PageAsync(found, others, page, cancellationToken);
    }

    public async IAsyncEnumerable<AuditEntry> ReadAsync(
        Guid workspaceId, AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // By pages, each read at once: a reader who takes their time holds no transaction open.
        AuditEntry? last = null;
        List<AuditEntry> page;
        do
        {
            await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
            {
                var (found, others) = Find(db, workspaceId, filter);
                var entries = TimeOrder<AuditEntry>.Narrow(found, others);
                if (last is { } after)
                {
                    entries = entries.Where(e => e.Sequence > after.Sequence
                        || (e.Sequence == after.Sequence && (e.At > after.At || (e.At == after.At && e.Id.CompareTo(after.Id) > 0))));
                }

                page = await Chain(entries).Take(PageOfChain).ToListAsync(cancellationToken);
            }

            foreach (var entry in page)
            {
                yield return last = entry;
            }
        }
        while (page.Count == PageOfChain);
    }

    public async Task<AuditHead?> FindHeadAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuditHeadRow>().AsNoTracking().FirstOrDefaultAsync(h => h.Chain == workspaceId, cancellationToken) is { } head
            ? new AuditHead(head.Sequence, head.Hash)
            : null;
    }

    private async Task<bool> AddAsync(UnitOfWork unit, IReadOnlyList<AuditNote> notes, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        var people = notes.Select(note => note.Actor.UserId).OfType<Guid>().Distinct().ToArray();
        var names = await db.Set<AppUser>().Where(user => people.Contains(user.Id))
            .ToDictionaryAsync(user => user.Id, user => user.DisplayName, cancellationToken);
        var accounts = notes.Select(note => note.AccountId).OfType<Guid>().Distinct().ToArray();
        var homes = accounts.Length == 0 ? null : (await db.Set<Membership>().Where(m => accounts.Contains(m.UserId))
            .Select(m => new { m.UserId, m.WorkspaceId }).ToListAsync(cancellationToken)).ToLookup(m => m.UserId, m => m.WorkspaceId);
        // Whoever guesses ids of workspaces makes no chains.
        var refused = notes.Where(note => note.Outcome == AuditOutcome.Refused).Select(note => note.WorkspaceId).OfType<Guid>().Distinct().ToArray();
        var real = refused.Length == 0 ? [] : await db.Set<Workspace>().Where(w => refused.Contains(w.Id)).Select(w => w.Id).ToListAsync(cancellationToken);

        var heads = new Dictionary<Guid, AuditHeadRow>();
        var entries = new List<AuditEntry>(notes.Count);
        foreach (var note in notes)
        {
            if (note is { Outcome: AuditOutcome.Refused, WorkspaceId: { } asked } && !real.Contains(asked))
            {
                continue;
            }

            var name = note.Actor.UserId is { } userId ? names.GetValueOrDefault(userId, "") : "";
            entries.Add(await HangAsync(db, heads, note, note.Id, note.WorkspaceId, name, cancellationToken));
            foreach (var home in note.AccountId is { } accountId && homes is not null ? homes[accountId] : [])
            {
                entries.Add(await HangAsync(db, heads, note, Guid.CreateVersion7(), home, name, cancellationToken));
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        // Hundreds at once while runs start, and the runs' own commits wait meanwhile: no entity is tracked.
        await (_add ??= RowCommand<AuditEntry>.Add(db)).RunAsync(db, entries, cancellationToken);
        await unit.CommitAsync();
        return true;
    }

    private static async Task<AuditEntry> HangAsync(
        AppDbContext db, Dictionary<Guid, AuditHeadRow> heads, AuditNote note, Guid id, Guid? workspaceId, string name, CancellationToken cancellationToken)
    {
        var chain = workspaceId ?? Guid.Empty;
        if (!heads.TryGetValue(chain, out var head))
        {
            head = await db.Set<AuditHeadRow>().FirstOrDefaultAsync(h => h.Chain == chain, cancellationToken);
            if (head is null)
            {
                head = new AuditHeadRow { Chain = chain, Hash = await BeginAsync(db, workspaceId, cancellationToken) };
                db.Add(head);
            }

            heads.Add(chain, head);
        }

        var entry = new AuditEntry
        {
            Id = id,
            Sequence = head.Sequence + 1,
            WorkspaceId = workspaceId,
            At = note.At,
            ActorKind = note.Actor.Kind,
            ActorId = note.Actor.UserId,
            TokenId = note.Actor.TokenId,
            Actor = name,
            Action = note.Action,
            Target = note.Target,
            Outcome = note.Outcome,
            Detail = note.Detail,
            Address = note.Address,
            Hash = [],
        };
        var hash = AuditChain.Next(head.Hash, entry);
        (head.Sequence, head.Hash) = (entry.Sequence, hash);
        return entry with { Hash = hash };
    }

    /// <summary>Where a chain begins: after what was written before there were chains, so that it cannot be changed unseen either.</summary>
    private static async Task<byte[]> BeginAsync(AppDbContext db, Guid? workspaceId, CancellationToken cancellationToken)
    {
        var hash = AuditChain.Begin(workspaceId);
        await foreach (var entry in Chain(db.Set<AuditEntry>().AsNoTracking().Where(e => e.WorkspaceId == workspaceId))
            .AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            hash = AuditChain.Next(hash, entry);
        }

        return hash;
    }

    private static IQueryable<AuditEntry> Chain(IQueryable<AuditEntry> entries) => entries.OrderBy(e => e.Sequence).ThenBy(e => e.At).ThenBy(e => e.Id);

    /// <summary>What an index finds, and what is asked of those entries besides.</summary>
    internal static (IQueryable<AuditEntry> Found, IReadOnlyList<Expression<Func<AuditEntry, bool>>> Others) Find(
        AppDbContext db, Guid workspaceId, AuditFilter filter)
    {
        var entries = db.Set<AuditEntry>().AsNoTracking().Where(e => e.WorkspaceId == workspaceId);
        if (filter.From is { } from)
        {
            entries = entries.Where(e => e.At >= from);
        }

        if (filter.To is { } to)
        {
            entries = entries.Where(e => e.At < to);
        }

        // Those that leave the fewest stand first; the constants are those of the indexes' own conditions.
        var (indexed, others) = (new List<Expression<Func<AuditEntry, bool>>>(), new List<Expression<Func<AuditEntry, bool>>>());
        if (filter.Action is { } action && !action.EndsWith(".*", StringComparison.Ordinal))
        {
            (action == AuditConfiguration.UsualAction ? others : indexed).Add(
                action == AuditConfiguration.UsualAction ? e => e.Action == action : e => e.Action == action && e.Action != AuditConfiguration.UsualAction);
        }
        else if (filter.Action is [.. var thing, '.', '*'])
        {
            others.Add(e => e.Action.StartsWith(thing + "."));
        }

        if (filter.Outcome is { } outcome)
        {
            (outcome == AuditOutcome.Refused ? indexed : others).Add(
                outcome == AuditOutcome.Refused ? e => e.Outcome == AuditOutcome.Refused : e => e.Outcome == outcome);
        }

        if (filter.ActorId is { } actor)
        {
            indexed.Add(e => e.ActorId == actor);
        }

        return indexed.Count == 0 ? (entries, others) : (entries.Where(indexed[0]), [.. indexed.Skip(1), .. others]);
    }
}
