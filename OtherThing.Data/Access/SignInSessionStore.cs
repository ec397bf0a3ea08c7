using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;

namespace OtherThing.Data.Access;

internal sealed class SignInSessionStore(IDbContextFactory<AppDbContext> contexts, AccessChanges changes, TimeProvider clock) : ISignInSessionStore
{
    private static readonly Func<AppDbContext, Guid, Guid, DateTime, Task<bool>> s_isLive = EF.CompileAsyncQuery(
        (AppDbContext db, Guid sessionId, Guid userId, DateTime now) =>
            db.Set<SignInSession>().Any(s => s.Id == sessionId && s.UserId == userId && s.ExpiresAt > now));

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task<Guid> StartAsync(Guid userId, DateTime expiresAt, Guid? refreshId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var session = new SignInSession { Id = Guid.CreateVersion7(), UserId = userId, CreatedAt = Now, ExpiresAt = expiresAt, RefreshId = refreshId };
        db.Add(session);
        await db.SaveChangesAsync(cancellationToken);
        return session.Id;
    }

    public async Task<bool> TradeAsync(Guid sessionId, Guid userId, Guid? used, Guid next, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var now = Now;
        return await db.Set<SignInSession>().Where(s => s.Id == sessionId && s.UserId == userId && s.RefreshId == used && s.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RefreshId, next), cancellationToken) == 1;
    }

    public async Task<bool> IsLiveAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await s_isLive(db, sessionId, userId, Now);
    }

    public async Task EndAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var userId = await db.Set<SignInSession>().Where(s => s.Id == sessionId).Select(s => (Guid?)s.UserId).FirstOrDefaultAsync(cancellationToken);
        await db.Set<SignInSession>().Where(s => s.Id == sessionId).ExecuteDeleteAsync(cancellationToken);
        if (userId is not null)
        {
            changes.Raise(userId);
        }
    }

    public async Task EndAllAsync(Guid userId, Guid? except, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        var now = Now;
        // Sessions that nobody ended go with the first that somebody does.
        await db.Set<SignInSession>().Where(s => (s.UserId == userId && s.Id != except) || s.ExpiresAt < now)
            .ExecuteDeleteAsync(cancellationToken);
        changes.Raise(userId);
    }
}
