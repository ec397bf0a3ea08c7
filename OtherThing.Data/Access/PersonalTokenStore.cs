using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;

namespace OtherThing.Data.Access;

internal sealed class PersonalTokenStore(IDbContextFactory<AppDbContext> contexts, AccessChanges changes) : IPersonalTokenStore
{
    private static readonly Func<AppDbContext, string, DateTime, Task<PersonalToken?>> s_find = EF.CompileAsyncQuery(
        (AppDbContext db, string hash, DateTime now) =>
            db.Set<PersonalToken>().AsNoTracking().FirstOrDefault(t => t.Hash == hash && t.ExpiresAt > now));

    public async Task AddAsync(PersonalToken token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(token);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<PersonalToken>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<PersonalToken>().AsNoTracking().Where(t => t.UserId == userId)
            .OrderByDescending(t => t.CreatedAt).ToListAsync(cancellationToken);
    }

    public async Task<PersonalToken?> FindAsync(string hash, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await s_find(db, hash, utcNow);
    }

    public async Task TouchAsync(Guid tokenId, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<PersonalToken>().Where(t => t.Id == tokenId)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, utcNow), cancellationToken);
    }

    public async Task<bool> TryRemoveAsync(Guid userId, Guid tokenId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var removed = await db.Set<PersonalToken>().Where(t => t.Id == tokenId && t.UserId == userId).ExecuteDeleteAsync(cancellationToken) == 1;
        if (removed)
        {
            changes.Raise(userId);
        }

        return removed;
    }
}
