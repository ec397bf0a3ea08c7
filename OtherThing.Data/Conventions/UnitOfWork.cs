using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace OtherThing.Data.Conventions;

/// <summary>
/// A unit of work: one transaction in the write lane, repeated whole when another writer was in the way, took the same key or changed a row that
/// the unit had read, so that what it looked at first is looked at again. A unit that is about the version which its caller has seen answers a
/// <see cref="DbUpdateConcurrencyException"/> itself: to look again would not change it.
/// </summary>
internal sealed class UnitOfWork
{
    private const int MostTries = 6;

    private readonly IDbContextTransaction _transaction;

    private UnitOfWork(AppDbContext db, IDbContextTransaction transaction) => (Db, _transaction) = (db, transaction);

    public AppDbContext Db { get; }

    /// <summary>True from the moment on when the commit may have taken effect without our hearing of it.</summary>
    public bool IsCommitting { get; private set; }

    /// <summary>Commits; a unit that ends without it changes nothing.</summary>
    public async Task CommitAsync()
    {
        IsCommitting = true;
        // A caller who gives up in this moment would not know what became of it.
        await _transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Runs a unit.</summary>
    /// <param name="contexts">Where contexts come from: each try has one of its own.</param>
    /// <param name="work">The unit; it calls <see cref="CommitAsync"/> where it means to change something. It may run several times.</param>
    /// <param name="lookUp">
    /// Finds, by the id of what the unit makes, the answer of a commit that took effect although its acknowledgement was lost; null when it did
    /// not. Without it a lost acknowledgement is an exception.
    /// </param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <param name="prepare">What is done with each try's context before its turn; null for nothing.</param>
    public static async Task<T> RunAsync<T>(
        IDbContextFactory<AppDbContext> contexts,
        Func<UnitOfWork, Task<T>> work,
        Func<AppDbContext, Task<Known<T>?>>? lookUp,
        CancellationToken cancellationToken,
        Func<AppDbContext, CancellationToken, Task>? prepare = null)
    {
        for (var tries = 1; ; tries++)
        {
            UnitOfWork? unit = null;
            try
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                if (prepare is not null)
                {
                    await prepare(db, cancellationToken);
                }

                using var turn = await db.EnterWriteLaneAsync(cancellationToken);
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                unit = new UnitOfWork(db, transaction);
                return await work(unit);
            }
            catch (Exception exception) when (tries < MostTries && MayRepeat(exception, unit, lookUp is not null, cancellationToken))
            {
                // The unit may have begun its commit: what it would do twice is looked for first, below.
            }

            await Task.Delay(Pause(tries), cancellationToken);
            if (unit is { IsCommitting: true } && lookUp is not null)
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                if (await lookUp(db) is { } known)
                {
                    return known.Answer;
                }
            }
        }
    }

    /// <summary>The look-up of a unit that may be done twice.</summary>
    public static Task<Known<T>?> OnceMore<T>(AppDbContext db) => Task.FromResult<Known<T>?>(null);

    internal static TimeSpan Pause(int tries) => TimeSpan.FromMilliseconds(Random.Shared.Next(5, 25) * (1 << tries));

    private static bool MayRepeat(Exception exception, UnitOfWork? unit, bool canLookUp, CancellationToken cancellationToken) =>
        exception is DbUpdateConcurrencyException || DatabaseFaults.Of(exception, cancellationToken) switch
        {
            DatabaseFault.Conflict or DatabaseFault.Duplicate => true, // rolled back for certain
            DatabaseFault.Unavailable => unit is not { IsCommitting: true } || canLookUp,
            _ => false,
        };
}

/// <summary>An answer that is known already.</summary>
internal sealed record Known<T>(T Answer);
