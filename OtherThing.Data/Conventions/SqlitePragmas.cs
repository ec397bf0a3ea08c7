using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OtherThing.Data.Conventions;

/// <summary>Durable and concurrent: write-ahead log, full sync, foreign keys on. A pooled connection that was set otherwise is set so again. Each
/// knows all letters (<see cref="WordSearch"/>).</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    public const string Statement =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000; PRAGMA wal_autocheckpoint=1000;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        WordSearch.Teach((SqliteConnection)connection);
        using var command = connection.CreateCommand();
        command.CommandText = Statement;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        WordSearch.Teach((SqliteConnection)connection);
        await using var command = connection.CreateCommand();
        command.CommandText = Statement;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
