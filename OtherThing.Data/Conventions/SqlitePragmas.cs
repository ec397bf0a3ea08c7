using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OtherThing.Data.Conventions;

/// <summary>Durable and concurrent: write-ahead log, full sync, foreign keys on. A pooled connection that was set otherwise is set so again.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    public const string Statement = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000; PRAGMA wal_autocheckpoint=1000;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Statement;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Statement;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
