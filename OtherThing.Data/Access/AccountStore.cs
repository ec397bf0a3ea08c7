using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;

namespace OtherThing.Data.Access;

internal sealed class AccountStore(IDbContextFactory<AppDbContext> contexts) : IAccountStore
{
    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Users.AnyAsync(cancellationToken);
    }

    public async Task<Account?> FindAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Users.Where(u => u.Id == userId)
            .Select(u => new Account(u.Id, u.Email!, u.DisplayName)).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<Account?> FindFirstAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Users.OrderBy(u => u.CreatedAt).ThenBy(u => u.Id)
            .Select(u => new Account(u.Id, u.Email!, u.DisplayName)).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<IReadOnlyDictionary<Guid, string>> ListNamesAsync(
        IReadOnlyCollection<Guid> userIds, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Users.Where(u => userIds.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, cancellationToken);
    }

    public async Task RenameAsync(Guid userId, string displayName, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Users.Where(u => u.Id == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.DisplayName, displayName), cancellationToken);
    }
}
