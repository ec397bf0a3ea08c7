using Microsoft.Data.Sqlite;
using OtherThing.Data.Serving;

namespace OtherThing.Data.Retention;

/// <summary>Makes the embedded database's file anew, without what is unused, and so that from then on it gives room back by itself.</summary>
public static class DatabaseCompaction
{
    /// <summary>Compacts the file.</summary>
    /// <returns>Its size in bytes before and after, or why it was not done.</returns>
    public static (long Before, long After, string? Refusal) Compact(DatabaseOptions database)
    {
        if (database.Provider != DatabaseProvider.Sqlite || database.FilePath is not { } path || !File.Exists(path))
        {
            return (0, 0, "Only an embedded database (SQLite) has a file to compact. On SQL Server, use its own tools (DBCC SHRINKDATABASE).");
        }

        var lease = new LeaseTable(database);
        lease.EnsureCreated();
        if (lease.Read() is { HasExpired: false } held)
        {
            return (0, 0, $"{held.Holder.Name} serves this database. Stop it, then compact.");
        }

        var before = new FileInfo(path).Length;
        using (var connection = new SqliteConnection(database.ConnectionString))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandTimeout = 0;
            command.CommandText = $"PRAGMA auto_vacuum={FileSpace.Incremental}; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);";
            command.ExecuteNonQuery();
        }

        return (before, new FileInfo(path).Length, null);
    }
}
