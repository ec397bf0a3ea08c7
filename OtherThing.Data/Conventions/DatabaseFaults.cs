using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using OtherThing.Core.Results;

namespace OtherThing.Data.Conventions;

/// <summary>What went wrong with the database, whichever it is.</summary>
internal enum DatabaseFault
{
    /// <summary>Nothing of the database, or nothing known.</summary>
    Other,

    /// <summary>A row with this key exists.</summary>
    Duplicate,

    /// <summary>Another writer was in the way and everything was rolled back: the same again may go well.</summary>
    Conflict,

    /// <summary>The database did not answer, or not in time; whether it did what was asked is not known.</summary>
    Unavailable,

    /// <summary>A value can never be kept.</summary>
    Refused,

    /// <summary>The caller gave up.</summary>
    Cancelled,
}

/// <summary>The one place that knows the errors of the databases.</summary>
internal static partial class DatabaseFaults
{
    private const string SqlClient = "SqlClient";

    // Violation of a unique index, and of a key.
    private const int UniqueIndex = 2601;
    private const int UniqueKey = 2627;

    private const int TableExists = 2714;
    private const int DatabaseExists = 1801;

    // SQLite's unique, primary key and rowid constraints.
    private static readonly int[] s_sqliteDuplicate = [2067, 1555, 2579];

    public static bool IsDuplicate(Exception exception) => Of(exception) == DatabaseFault.Duplicate;

    /// <summary>Whether what was to be made is there already, for another one made it first: a row, a table, a database.</summary>
    public static bool IsMadeByAnother(Exception exception) =>
        IsDuplicate(exception) || exception is SqlException { Number: TableExists or DatabaseExists };

    /// <summary>What an exception means; the outermost that says something counts, for it was made of those within it.</summary>
    public static DatabaseFault Of(Exception exception, CancellationToken cancellationToken = default)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            var fault = at switch
            {
                OperationCanceledException => DatabaseFault.Cancelled,
                RowRefusedException => DatabaseFault.Refused,
                SqlException sql => OfSqlServer(sql, cancellationToken),
                SqliteException sqlite => OfSqlite(sqlite),
                DbException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException => DatabaseFault.Unavailable,
                // A pool without a free connection says so by this.
                InvalidOperationException { Source: { } source } when source.Contains(SqlClient, StringComparison.Ordinal) => DatabaseFault.Unavailable,
                // A value that no provider can make a parameter of. A fault of our own may look the same: it costs its one row, by name and with
                // the whole exception in the log, where a journal would try it for ever otherwise.
                InvalidCastException or FormatException or OverflowException or ArgumentException => DatabaseFault.Refused,
                _ => DatabaseFault.Other,
            };
            if (fault != DatabaseFault.Other)
            {
                return fault;
            }
        }

        return DatabaseFault.Other;
    }

    /// <summary>What Core is told of a failed write of a journal.</summary>
    public static Exception Told(Exception exception) => Of(exception) switch
    {
        DatabaseFault.Refused => exception as RowRefusedException ?? Refusal(exception),
        DatabaseFault.Conflict or DatabaseFault.Unavailable => new StoreUnavailableException(exception),
        _ => exception,
    };

    /// <summary>What the database said of a row it cannot keep, without the value: that may be anything.</summary>
    public static RowRefusedException Refusal(Exception exception)
    {
        var cause = exception;
        while (cause is not DbException && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        var message = cause.Message;
        var (table, column) = SqliteColumn().Match(message) is { Success: true } lite ? (lite.Groups[1].Value, lite.Groups[2].Value)
            : (SqlServerTable().Match(message) is { Success: true } of ? of.Groups[1].Value : null,
                SqlServerColumn().Match(message) is { Success: true } at ? at.Groups[1].Value : null);
        var code = cause switch
        { SqlException sql => $"error {sql.Number}", SqliteException sqlite => $"error {sqlite.SqliteExtendedErrorCode}", _ => cause.GetType().Name };
        var place = column is null ? table is null ? "The database" : $"The table {table}" : $"{column} of {table ?? "its table"}";
        return new RowRefusedException(table ?? "", column, $"{place} cannot keep the value ({code}).", exception);
    }

    private static DatabaseFault OfSqlServer(SqlException exception, CancellationToken cancellationToken)
    {
        foreach (SqlError error in exception.Errors)
        {
            var fault = error.Number switch
            {
                UniqueIndex or UniqueKey => DatabaseFault.Duplicate,
                // Deadlock victim, lock not granted in time, snapshot update conflicts, transaction cannot go on.
                1205 or 1222 or 3960 or 3961 or 41302 or 41305 or 41325 or 41839 => DatabaseFault.Conflict,
                // Cancelled by the client: an attention, with the caller's token behind it.
                0 when cancellationToken.IsCancellationRequested => DatabaseFault.Cancelled,
                // Truncation, null, constraint, arithmetic, conversion, size of a row or of a key, a value that is none of its type.
                2628 or 8152 or 515 or 547 or 220 or 232 or 8115 or 8134 or 206 or 241 or 242 or 245 or 8114 or 8169 or 511 or 1946 or 8023 =>
                    DatabaseFault.Refused,
                _ => DatabaseFault.Other,
            };
            if (fault != DatabaseFault.Other)
            {
                return fault;
            }
        }

        return DatabaseFault.Unavailable; // -2 (no answer in time), the network, a server that goes down, rights, what is missing
    }

    private static DatabaseFault OfSqlite(SqliteException exception) => exception.SqliteErrorCode switch
    {
        5 or 6 => DatabaseFault.Conflict, // busy, locked
        9 => DatabaseFault.Cancelled, // interrupted
        19 when s_sqliteDuplicate.Contains(exception.SqliteExtendedErrorCode) => DatabaseFault.Duplicate,
        18 or 19 or 20 or 25 => DatabaseFault.Refused, // too big, constraint, mismatch, range
        _ => DatabaseFault.Unavailable, // memory, disk, file, what is missing
    };

    [GeneratedRegex("constraint failed: (\\w+)\\.(\\w+)")]
    private static partial Regex SqliteColumn();

    [GeneratedRegex("table '(?:[^'.]*\\.)*([^'.]+)'")]
    private static partial Regex SqlServerTable();

    [GeneratedRegex("column '([^']+)'")]
    private static partial Regex SqlServerColumn();
}
