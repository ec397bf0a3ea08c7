using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Serving;

/// <summary>
/// The one row that says which server serves. It is no part of the model: it is needed before the first migration, and a server of
/// another version must understand it. Times are the database's own, so that servers need not agree on theirs.
/// </summary>
internal sealed class LeaseTable(DatabaseOptions database)
{
    /// <summary>What the serving server does in the transaction of a write: one row while the fence is still its own.</summary>
    /// <remarks>SQL Server keeps the row locked until the commit, so nobody takes the lease in between; SQLite has one writer anyway.</remarks>
    public static string CheckStatement(DatabaseProvider provider) => provider == DatabaseProvider.Sqlite
        ? "SELECT COUNT(*) FROM server_lease WHERE id = 1 AND fence = @fence"
        : "SELECT COUNT(*) FROM server_lease WITH (REPEATABLEREAD) WHERE id = 1 AND fence = @fence";

    private readonly bool _isSqlite = database.Provider == DatabaseProvider.Sqlite;

    private string Now => _isSqlite ? "CAST(unixepoch('subsec') * 1000 AS INTEGER)" : "DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME())";

    /// <summary>What makes the table and its row unless they are there, in this order.</summary>
    public static IReadOnlyList<string> CreateStatements(DatabaseProvider provider) =>
    [
        provider == DatabaseProvider.Sqlite
            ? """
              CREATE TABLE IF NOT EXISTS server_lease (id INTEGER NOT NULL PRIMARY KEY, fence INTEGER NOT NULL, renewals INTEGER NOT NULL,
                  expires_at INTEGER NOT NULL, holder TEXT NOT NULL, host TEXT NOT NULL, process_id INTEGER NOT NULL, process_start INTEGER NOT NULL)
              """
            : """
              IF OBJECT_ID(N'server_lease') IS NULL
              CREATE TABLE server_lease (id int NOT NULL PRIMARY KEY, fence bigint NOT NULL, renewals bigint NOT NULL,
                  expires_at bigint NOT NULL, holder nvarchar(300) NOT NULL, host nvarchar(300) NOT NULL, process_id int NOT NULL, process_start bigint NOT NULL)
              """,
        """
        INSERT INTO server_lease (id, fence, renewals, expires_at, holder, host, process_id, process_start)
        SELECT 1, 0, 0, 0, '', '', 0, 0 WHERE NOT EXISTS (SELECT 1 FROM server_lease WHERE id = 1)
        """,
    ];

    /// <summary>Makes the table and its row unless they are there. Two servers may start at once: what the other one was quicker with is there.</summary>
    public static void Create(DatabaseProvider provider, Action<string> execute)
    {
        foreach (var statement in CreateStatements(provider))
        {
            try
            {
                execute(statement);
            }
            catch (DbException exception) when (DatabaseFaults.IsMadeByAnother(exception))
            {
                // It is there, which is what was wanted.
            }
        }
    }

    /// <summary>Makes the table and its row unless they are there.</summary>
    public void EnsureCreated()
    {
        using var connection = Open(durable: true);
        Create(database.Provider, statement => Execute(connection, statement));
    }

    /// <summary>The row as it is.</summary>
    public LeaseRow Read()
    {
        using var connection = Open(durable: false);
        using var command = Command(
            connection,
            $"SELECT fence, renewals, CASE WHEN expires_at <= {Now} THEN 1 ELSE 0 END, holder, host, process_id, process_start FROM server_lease WHERE id = 1");
        using var reader = command.ExecuteReader();
        reader.Read();
        return new LeaseRow(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2) == 1,
            new LeaseHolder(reader.GetString(3), reader.GetString(4), reader.GetInt32(5), reader.GetInt64(6)));
    }

    /// <summary>Takes the lease from whoever had it, unless something has happened to the row since it was read.</summary>
    public bool TryTake(LeaseRow seen, LeaseHolder holder, TimeSpan length)
    {
        using var connection = Open(durable: true);
        return Execute(
            connection,
            $"""
            UPDATE server_lease SET fence = fence + 1, renewals = 0, expires_at = {Now} + @length, holder = @holder, host = @host, process_id = @process, process_start = @start
            WHERE id = 1 AND fence = @fence AND renewals = @renewals
            """,
            ("@length", (long)length.TotalMilliseconds), ("@holder", holder.Name), ("@host", holder.Host), ("@process", holder.ProcessId),
            ("@start", holder.ProcessStart), ("@fence", seen.Fence), ("@renewals", seen.Renewals)) == 1;
    }

    /// <summary>Holds it longer.</summary>
    /// <returns>False when another one has taken it.</returns>
    public bool Renew(long fence, TimeSpan length)
    {
        using var connection = Open(durable: false);
        return Execute(
            connection,
            $"UPDATE server_lease SET renewals = renewals + 1, expires_at = {Now} + @length WHERE id = 1 AND fence = @fence",
            ("@length", (long)length.TotalMilliseconds), ("@fence", fence)) == 1;
    }

    /// <summary>Lets it go: the next may take it at once.</summary>
    public void Release(long fence)
    {
        using var connection = Open(durable: true);
        Execute(connection, "UPDATE server_lease SET renewals = renewals + 1, expires_at = 0 WHERE id = 1 AND fence = @fence", ("@fence", fence));
    }

    private static int Execute(DbConnection connection, string text, params (string Name, object Value)[] parameters)
    {
        using var command = Command(connection, text, parameters);
        return command.ExecuteNonQuery();
    }

    private static DbCommand Command(DbConnection connection, string text, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (text, 5);
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>A renewal need not outlive a power cut, which ends the server too: it is not synced, so an idle server leaves the disk alone.</summary>
    private DbConnection Open(bool durable)
    {
        DbConnection connection = _isSqlite ? new SqliteConnection(database.ConnectionString) : new SqlConnection(database.ConnectionString);
        try
        {
            connection.Open();
            if (_isSqlite)
            {
                Execute(connection, $"PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous={(durable ? "FULL" : "NORMAL")};");
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

/// <summary>The row at one moment.</summary>
/// <param name="Fence">Raised each time the lease changes hands.</param>
/// <param name="Renewals">Raised each time it is held longer.</param>
/// <param name="HasExpired">By the database's clock.</param>
/// <param name="Holder">Who took it last.</param>
internal sealed record LeaseRow(long Fence, long Renewals, bool HasExpired, LeaseHolder Holder);
