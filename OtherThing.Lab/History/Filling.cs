using System.Globalization;
using Microsoft.Data.Sqlite;

namespace OtherThing.Lab.History;

/// <summary>Makes many rows of one, straight in the file of a server that is stopped: whatever a server wrote once, a thousand times.</summary>
internal sealed class Filling : IDisposable
{
    private const int RowsPerTransaction = 50_000;

    private readonly SqliteConnection _connection;

    public Filling(string dataDirectory)
    {
        _connection = new SqliteConnection($"Data Source={Path.Combine(dataDirectory, "otherthing.db")};Pooling=False");
        _connection.Open();
        // A file that is filled for a measurement need not outlive a power cut.
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-200000; PRAGMA busy_timeout=30000");
    }

    /// <summary>In an expression: the number of the row, from 1.</summary>
    public const string Number = "n.i";

    /// <summary>A name that rises with the number of the row.</summary>
    /// <param name="kind">Names of different kinds are different.</param>
    public static string Name(int kind) => $"printf('{kind:X8}-0000-7000-8000-%012X', {Number})";

    /// <summary>A time that rises by 100 ms a row and ends now.</summary>
    public static string Time(int count) =>
        $"strftime('%Y-%m-%d %H:%M:%f', {Now()}, printf('-%d.%d seconds', ({count} - {Number}) / 10, ({count} - {Number}) % 10))";

    /// <summary>Copies a row so many times.</summary>
    /// <param name="table">The table.</param>
    /// <param name="template">A condition that one row satisfies.</param>
    /// <param name="count">How many copies.</param>
    /// <param name="changes">The columns that differ, with an expression for each; the others are as they are.</param>
    public void Copy(string table, string template, int count, IReadOnlyDictionary<string, string> changes)
    {
        var columns = Read($"SELECT name FROM pragma_table_info('{table}')").Select(row => row[0]).ToArray();
        using var command = _connection.CreateCommand();
        command.CommandText =
            $"WITH RECURSIVE n(i) AS (SELECT @first UNION ALL SELECT i + 1 FROM n WHERE i < @last) "
            + $"INSERT INTO \"{table}\" ({string.Join(',', columns.Select(column => $"\"{column}\""))}) "
            + $"SELECT {string.Join(',', columns.Select(column => changes.GetValueOrDefault(column) ?? $"t.\"{column}\""))} FROM n, (SELECT * FROM "
            + $"\"{table}\" WHERE {template} LIMIT 1) AS t";
        var (first, last) = (command.Parameters.Add("@first", SqliteType.Integer), command.Parameters.Add("@last", SqliteType.Integer));
        command.Prepare();
        for (var from = 1; from <= count; from += RowsPerTransaction)
        {
            using var transaction = _connection.BeginTransaction();
            (command.Transaction, first.Value, last.Value) = (transaction, from, Math.Min(count, from + RowsPerTransaction - 1));
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    /// <summary>Carries out statements.</summary>
    public void Execute(string text)
    {
        using var command = _connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (text, 600);
        command.ExecuteNonQuery();
    }

    /// <summary>The rows of a query, as text.</summary>
    public IReadOnlyList<string[]> Read(string text)
    {
        using var command = _connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (text, 600);
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(at => Convert.ToString(reader.GetValue(at), CultureInfo.InvariantCulture) ?? "")]);
        }

        return rows;
    }

    /// <summary>The one number that a query answers.</summary>
    public long Count(string text) => long.Parse(Read(text)[0][0], CultureInfo.InvariantCulture);

    public void Dispose()
    {
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        _connection.Dispose();
    }

    private static string Now() => string.Create(CultureInfo.InvariantCulture, $"'{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}'");
}
