using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Access;

internal sealed class SignInTries(IDbContextFactory<AppDbContext> contexts, TimeProvider clock) : ISignInTries
{
    private static readonly Func<AppDbContext, string, Task<DateTime?>> s_lockedUntil = EF.CompileAsyncQuery(
        (AppDbContext db, string id) => db.Set<SignInTry>().Where(r => r.Id == id).Select(r => r.LockedUntil).FirstOrDefault());

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task<DateTime?> LockedUntilAsync(string address, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await s_lockedUntil(db, SecretCode.Hash(address)) is { } until && until > Now ? until : null;
    }

    public async Task CountWrongAsync(string address, CancellationToken cancellationToken)
    {
        var (id, now) = (SecretCode.Hash(address), Now);
        if (await AddToAsync(id, now, cancellationToken))
        {
            return;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(new SignInTry { Id = id, Wrong = 1, At = now });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsDuplicate(exception))
        {
            // Another server counted the first one in the same moment.
            await AddToAsync(id, now, cancellationToken);
        }
    }

    public async Task ForgetAsync(string address, CancellationToken cancellationToken)
    {
        var id = SecretCode.Hash(address);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Set<SignInTry>().AnyAsync(r => r.Id == id, cancellationToken))
        {
            using var turn = await db.EnterWriteLaneAsync(cancellationToken);
            await db.Set<SignInTry>().Where(r => r.Id == id).ExecuteDeleteAsync(cancellationToken);
        }
    }

    private async Task<bool> AddToAsync(string id, DateTime now, CancellationToken cancellationToken)
    {
        var (old, last) = (now - ISignInTries.CountedFor, ISignInTries.MostWrong - 1);
        DateTime? locked = now + ISignInTries.LockedFor;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        using var turn = await db.EnterWriteLaneAsync(cancellationToken);
        await db.Set<SignInTry>().Where(r => r.At < old).ExecuteDeleteAsync(cancellationToken);
        return await db.Set<SignInTry>().Where(r => r.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.LockedUntil, r => r.Wrong >= last ? locked : null)
                .SetProperty(r => r.Wrong, r => r.Wrong >= last ? 0 : r.Wrong + 1)
                .SetProperty(r => r.At, now),
            cancellationToken) == 1;
    }
}
