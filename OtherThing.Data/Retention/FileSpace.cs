using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using OtherThing.Core.Retention;

namespace OtherThing.Data.Retention;

/// <summary>
/// Gives the embedded database's unused pages back to the disk, some at a time. What is deleted makes room for what comes next, so a part is
/// left. A file made before it could be done piece by piece keeps its size until <see cref="DatabaseCompaction"/> makes it anew.
/// </summary>
internal sealed class FileSpace(IDbContextFactory<AppDbContext> contexts, DatabaseOptions database, PieceWork pieces, DeletionPace pace)
    : IRetentionRule, IFileSpace
{
    /// <summary>The pragma's value for a file that gives back when it is told to.</summary>
    internal const int Incremental = 2;

    /// <summary>A file that has no more unused pages than one part in so many is left as it is.</summary>
    private const int PartLeft = 10;

    private const int PagesTogether = 100;

    public string Deletes => "unused pages of the database file";

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<FileFigures?> ReadAsync(CancellationToken cancellationToken)
    {
        if (database.Provider != DatabaseProvider.Sqlite)
        {
            return null;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        async Task<long> AskAsync(string pragma)
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = pragma;
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        }

        var page = await AskAsync("PRAGMA page_size");
        return new FileFigures(
            await AskAsync("PRAGMA page_count") * page, await AskAsync("PRAGMA freelist_count") * page, await AskAsync("PRAGMA auto_vacuum") == Incremental);
    }

    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var gone = 0;
        while (await ReadAsync(cancellationToken) is { GivesBack: true } file && file.UnusedBytes > file.Bytes / PartLeft)
        {
            var piece = await pieces.RunAsync((db, _) => GiveBackAsync(db, cancellationToken), cancellationToken);
            if (piece.Done == 0)
            {
                break;
            }

            gone += piece.Done;
            await pace.RestAsync(piece, cancellationToken);
        }

        if (gone > 0)
        {
            // The file itself is cut once its log has been taken over; who writes meanwhile is not held up.
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(PASSIVE)", cancellationToken);
        }

        return gone;
    }

    /// <summary>The statement gives back a page with each step, so it is read to its end.</summary>
    private static async Task<int> GiveBackAsync(AppDbContext db, CancellationToken cancellationToken)
    {
        await using DbCommand command = db.Database.GetDbConnection().CreateCommand();
        (command.CommandText, command.Transaction) = ($"PRAGMA incremental_vacuum({PagesTogether})", db.Database.CurrentTransaction!.GetDbTransaction());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // A page.
        }

        return PagesTogether;
    }
}
