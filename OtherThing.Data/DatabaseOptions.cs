using Microsoft.Data.Sqlite;
using OtherThing.Data.Conventions;

namespace OtherThing.Data;

/// <summary>Which database; bound from <c>Database:Provider</c> and <c>ConnectionStrings:Default</c>.</summary>
public sealed record DatabaseOptions(DatabaseProvider Provider, string ConnectionString)
{
    /// <summary>The embedded database in a data directory.</summary>
    public static DatabaseOptions SqliteIn(string directory) =>
        new(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(directory, "otherthing.db")};Cache=Private");

    /// <summary>The embedded database's file; null for a server's and for one in memory.</summary>
    internal string? FilePath =>
        Provider == DatabaseProvider.Sqlite
        && new SqliteConnectionStringBuilder(ConnectionString) is { Mode: not SqliteOpenMode.Memory, DataSource: { Length: > 0 } path }
        && !path.StartsWith(':') && !path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? path : null;

    /// <summary>Makes an embedded database's file, where there is none, as one that only this account reads; its log takes the file's mode when it is
    /// made.</summary>
    public void MakeFile()
    {
        if (FilePath is not { } path || File.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            return;
        }

        try
        {
            PrivateFiles.CreateFile(path).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            return; // Another server that starts has just made it.
        }

        // An empty file is looked at read-only at first, and cannot be given its log then.
        using var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        // Before anything is in it: only then the file can give room back later, piece by piece.
        command.CommandText = "PRAGMA auto_vacuum=INCREMENTAL; " + SqlitePragmas.Statement;
        command.ExecuteNonQuery();
    }

    /// <summary>Takes everybody else's access from an embedded database's file and what lies beside it.</summary>
    public void CloseFile()
    {
        foreach (var beside in FilePath is null ? [] : new[] { "", "-wal", "-shm", "-journal" })
        {
            PrivateFiles.CloseFile(FilePath + beside);
        }
    }
}

/// <summary>The databases OtherThing runs on.</summary>
public enum DatabaseProvider
{
    Sqlite,
    SqlServer,
}
