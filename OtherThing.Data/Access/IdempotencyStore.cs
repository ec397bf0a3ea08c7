using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;

namespace OtherThing.Data.Access;

internal sealed class IdempotencyStore(IDbContextFactory<AppDbContext> contexts) : IIdempotencyStore
{
    public async Task<KeyClaim> ClaimAsync(string id, string bodyHash, DateTime utcNow, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var (old, broken) = (utcNow - IIdempotencyStore.KeptFor, utcNow - IIdempotencyStore.BrokenOffAfter);
        await db.Set<IdempotencyRow>()
            .Where(r => r.ClaimedAt < old || (r.Id == id && r.Status == null && r.ClaimedAt < broken))
            .ExecuteDeleteAsync(cancellationToken);
        var row = await FindAsync(db, id, cancellationToken);
        if (row is null)
        {
            db.Add(new IdempotencyRow { Id = id, BodyHash = bodyHash, ClaimedAt = utcNow });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return new KeyClaim(KeyClaimOutcome.Claimed);
            }
            catch (DbUpdateException)
            {
                // With many writers another request may have claimed it after our look.
                await transaction.RollbackAsync(cancellationToken);
                await using var again = await contexts.CreateDbContextAsync(cancellationToken);
                row = await FindAsync(again, id, cancellationToken);
                if (row is null)
                {
                    throw;
                }
            }
        }

        return row.BodyHash != bodyHash ? new KeyClaim(KeyClaimOutcome.OtherBody)
            : row.Status is not { } status ? new KeyClaim(KeyClaimOutcome.InProgress)
            : new KeyClaim(KeyClaimOutcome.Answered, new KeptAnswer(status, row.ContentType, row.Location, row.Body ?? []));
    }

    public async Task CompleteAsync(string id, KeptAnswer answer, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<IdempotencyRow>().Where(r => r.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, answer.Status).SetProperty(r => r.ContentType, answer.ContentType)
                .SetProperty(r => r.Location, answer.Location).SetProperty(r => r.Body, answer.Body),
            cancellationToken);
    }

    public async Task ReleaseAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<IdempotencyRow>().Where(r => r.Id == id && r.Status == null).ExecuteDeleteAsync(cancellationToken);
    }

    private static Task<IdempotencyRow?> FindAsync(AppDbContext db, string id, CancellationToken cancellationToken) =>
        db.Set<IdempotencyRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancellationToken);
}
