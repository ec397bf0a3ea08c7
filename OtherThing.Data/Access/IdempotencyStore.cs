using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Access;

internal sealed class IdempotencyStore(IDbContextFactory<AppDbContext> contexts) : IIdempotencyStore
{
    public Task<KeyClaim> ClaimAsync(string id, string bodyHash, DateTime utcNow, CancellationToken cancellationToken) =>
        UnitOfWork.RunAsync(
            contexts,
            unit => ClaimAsync(unit, id, bodyHash, utcNow, cancellationToken),
            async db => await db.Set<IdempotencyRow>().AnyAsync(
                r => r.Id == id && r.BodyHash == bodyHash && r.ClaimedAt == utcNow && r.Status == null, cancellationToken)
                ? new Known<KeyClaim>(new KeyClaim(KeyClaimOutcome.Claimed)) : null,
            cancellationToken);

    private static async Task<KeyClaim> ClaimAsync(UnitOfWork unit, string id, string bodyHash, DateTime utcNow, CancellationToken cancellationToken)
    {
        var db = unit.Db;
        var (old, broken) = (utcNow - IIdempotencyStore.KeptFor, utcNow - IIdempotencyStore.BrokenOffAfter);
        await db.Set<IdempotencyRow>()
            .Where(r => r.ClaimedAt < old || (r.Id == id && r.Status == null && r.ClaimedAt < broken))
            .ExecuteDeleteAsync(cancellationToken);
        var row = await FindAsync(db, id, cancellationToken);
        if (row is null)
        {
            // With many writers another request may claim it after our look; then the unit looks again.
            db.Add(new IdempotencyRow { Id = id, BodyHash = bodyHash, ClaimedAt = utcNow });
            await db.SaveChangesAsync(cancellationToken);
            await unit.CommitAsync();
            return new KeyClaim(KeyClaimOutcome.Claimed);
        }

        return row.BodyHash != bodyHash ? new KeyClaim(KeyClaimOutcome.OtherBody)
            : row.Status is not { } status ? new KeyClaim(KeyClaimOutcome.InProgress)
            : new KeyClaim(
                KeyClaimOutcome.Answered, new KeptAnswer(status, row.ContentType, row.Location, row.Body ?? [], row.Role, row.Scopes, row.SubjectId));
    }

    public async Task CompleteAsync(string id, KeptAnswer answer, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<IdempotencyRow>().Where(r => r.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, answer.Status).SetProperty(r => r.ContentType, answer.ContentType)
                .SetProperty(r => r.Location, answer.Location).SetProperty(r => r.Body, answer.Body)
                .SetProperty(r => r.Role, answer.Role).SetProperty(r => r.Scopes, answer.Scopes).SetProperty(r => r.SubjectId, answer.SubjectId),
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
