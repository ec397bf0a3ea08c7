using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OtherThing.Data.Conventions;

/// <summary>
/// Counts of changed rows decide who was first, so a server whose <c>user options</c> switch them off must not. A pooled connection comes back
/// with the server's options, hence at each opening.
/// </summary>
internal sealed class SqlServerSession : DbConnectionInterceptor
{
    public const string Statement = "SET NOCOUNT OFF;";

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
