using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Keys;

internal sealed class KeyStore(IDbContextFactory<AppDbContext> contexts) : IKeyStore
{
    private static readonly TimeOrder<ApiKey> s_order = new(key => key.AddedAt, key => key.Id);

    public async Task<Page<ApiKey>> ListAsync(Guid workspaceId, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var keys = db.Set<ApiKey>().AsNoTracking().Where(k => k.WorkspaceId == workspaceId);
        return await s_order.PageAsync(keys, [], page, cancellationToken);
    }

    public async Task<ApiKey?> FindAsync(Guid workspaceId, Guid keyId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<ApiKey>().AsNoTracking()
            .FirstOrDefaultAsync(k => k.WorkspaceId == workspaceId && k.Id == keyId, cancellationToken);
    }

    public async Task<IReadOnlyList<ApiKey>> ListAsync(Guid workspaceId, ApiProvider provider, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<ApiKey>().AsNoTracking()
            .Where(k => k.WorkspaceId == workspaceId && k.Provider == provider)
            .OrderBy(k => k.AddedAt).ThenBy(k => k.Id).Take(100)
            .ToListAsync(cancellationToken);
    }

    public async Task<bool> TryAddAsync(ApiKey key, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(key);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsDuplicate(exception))
        {
            return false; // the workspace has the same key already
        }
    }

    public async Task<bool> RemoveAsync(Guid workspaceId, Guid keyId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        return await db.Set<ApiKey>().Where(k => k.WorkspaceId == workspaceId && k.Id == keyId).ExecuteDeleteAsync(cancellationToken) > 0;
    }

    public async Task NoteAsync(Guid workspaceId, Guid keyId, ApiKeyStatus status, DateTime? usedAt, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var key = await db.Set<ApiKey>().AsNoTracking()
            .Where(k => k.WorkspaceId == workspaceId && k.Id == keyId)
            .Select(k => new { k.Status, k.LastUsedAt })
            .FirstOrDefaultAsync(cancellationToken);

        // Kept to the minute: a busy key would otherwise write its row on every call.
        if (key is null || (key.Status == status && (usedAt is null || usedAt - key.LastUsedAt < TimeSpan.FromMinutes(1))))
        {
            return;
        }

        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<ApiKey>().Where(k => k.WorkspaceId == workspaceId && k.Id == keyId).ExecuteUpdateAsync(
            set => set.SetProperty(k => k.Status, status).SetProperty(k => k.LastUsedAt, k => usedAt ?? k.LastUsedAt),
            cancellationToken);
    }
}
