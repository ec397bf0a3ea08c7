using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Retention;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Retention;

/// <summary>
/// Deletes in pieces: one short transaction each, in the write lane. It is not synced: what a power cut brings back is deleted again, and
/// the next commit of a run syncs it with its own. Nor does a piece take the log over into the file, which is done between pieces, outside
/// the lane. So everybody else waits for the deletion only, not for the disk.
/// </summary>
internal sealed class PieceWork(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    private const int PiecesPerTakeOver = 8;

    private int _pieces;

    /// <summary>Carries out a piece.</summary>
    /// <param name="work">Deletes, and begins nothing more once it is told that its time is up; says how much it did.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public async Task<Piece> RunAsync(Func<AppDbContext, Func<bool>, Task<int>> work, CancellationToken cancellationToken)
    {
        var piece = await RunOnceAsync(work, cancellationToken);
        if (piece.Done > 0 && Interlocked.Increment(ref _pieces) % PiecesPerTakeOver == 0)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            if (db.Database.IsSqlite())
            {
                await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(PASSIVE)", cancellationToken);
            }
        }

        return piece;
    }

    private Task<Piece> RunOnceAsync(Func<AppDbContext, Func<bool>, Task<int>> work, CancellationToken cancellationToken) => UnitOfWork.RunAsync(
        contexts,
        async unit =>
        {
            var began = clock.GetTimestamp();
            var done = await work(unit.Db, () => clock.GetElapsedTime(began) >= DeletionPace.Longest);
            if (done > 0)
            {
                await unit.CommitAsync();
            }

            return new Piece(done, clock.GetElapsedTime(began), unit.Db.WriteLane.IsAwaited);
        },
        UnitOfWork.OnceMore<Piece>, // what is gone is not deleted twice
        cancellationToken,
        prepare: Unsynced);

    /// <summary>A connection takes its own mode again each time it is opened.</summary>
    private static async Task Unsynced(AppDbContext db, CancellationToken cancellationToken)
    {
        if (db.Database.IsSqlite())
        {
            await db.Database.OpenConnectionAsync(cancellationToken);
            await db.Database.ExecuteSqlRawAsync("PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;", cancellationToken);
        }
    }

    /// <summary>Deletes things in their order, so many with each statement, as long as there is time.</summary>
    /// <returns>How many of them are gone.</returns>
    public Task<Piece> RunAsync<T>(
        IReadOnlyList<T> things, int together, Func<AppDbContext, IReadOnlyList<T>, Task> delete, CancellationToken cancellationToken) => RunAsync(
            async (db, isOver) =>
            {
                var done = 0;
                foreach (var some in things.Chunk(together))
                {
                    await delete(db, some);
                    done += some.Length;
                    if (isOver())
                    {
                        break;
                    }
                }

                return done;
            },
            cancellationToken);

    /// <summary>Deletes some of the rows that a condition holds for.</summary>
    public Task<Piece> DeleteSomeAsync(string table, string condition, int most, object[] values, CancellationToken cancellationToken) =>
        RunAsync((db, _) => Rows.DeleteSomeAsync(db, table, condition, most, values, cancellationToken), cancellationToken);
}
