using Microsoft.Data.Sqlite;
using OtherThing.Data.Conventions;

namespace OtherThing.Data;

/// <summary>Which database; bound from <c>Database:Provider</c> and <c>ConnectionStrings:Default</c>.</summary>
public sealed record DatabaseOptions(DatabaseProvider Provider, string ConnectionString)
{
    /// <summary>The embedded database in a data directory.</summary>
    public static DatabaseOptions SqliteIn(string directory) =>
        new(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(directory, "otherthing.db")};Cache=Private");

    /// <summary>Makes an embedded database's file one that only this account reads; its log takes the file's mode when it is made.</summary>
    public void CloseFile()
    {
        if (Provider != DatabaseProvider.Sqlite || new SqliteConnectionStringBuilder(ConnectionString) is not { Mode: not SqliteOpenMode.Memory, DataSource: { Length: > 0 } path }
            || path.StartsWith(':') || path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        if (!File.Exists(path) && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            PrivateFiles.CreateFile(path).Dispose();
            // An empty file is looked at read-only at first, and cannot be given its log then.
            using var connection = new SqliteConnection(ConnectionString);
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = SqlitePragmas.Statement;
            command.ExecuteNonQuery();
        }

        foreach (var beside in new[] { "", "-wal", "-shm", "-journal" })
        {
            PrivateFiles.CloseFile(path + beside);
        }
    }
}

/// <summary>The databases OtherThing runs on.</summary>
public enum DatabaseProvider
{
    Sqlite,
    SqlServer,
}
