namespace OtherThing.Core.Results;

/// <summary>
/// The database cannot keep a row, however often it is tried: a value is too long for its column, is missing, or breaks a rule of the table.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="column">The column at fault; null when the database does not say.</param>
/// <param name="reason">What is wrong, as a sentence for people that names the column where it is known.</param>
/// <param name="inner">What the database said; null when it was not asked.</param>
public sealed class RowRefusedException(string table, string? column, string reason, Exception? inner = null) : Exception(reason, inner)
{
    /// <summary>The table.</summary>
    public string Table { get; } = table;

    /// <summary>The column at fault; null when the database does not say.</summary>
    public string? Column { get; } = column;
}

/// <summary>The database does not answer: what was tried may be tried again later, and nothing is wrong with it.</summary>
/// <param name="inner">What was said instead.</param>
public sealed class StoreUnavailableException(Exception inner)
    : Exception("The database does not answer: " + inner.Message, inner);

/// <summary>A write that the database refused twice, kept apart so that nothing waits for it and nobody has to guess what it was.</summary>
public sealed record RefusedRow
{
    /// <summary>Which refusal; the log names it.</summary>
    public required Guid Id { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTime At { get; init; }

    /// <summary>The workspace it belongs to; null when the write does not say.</summary>
    public Guid? WorkspaceId { get; init; }

    /// <summary>The run, job, attempt or entry that it would have changed.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>The table that refused it.</summary>
    public required string Table { get; init; }

    /// <summary>The column at fault; null when the database does not say.</summary>
    public string? Column { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Reason { get; init; }

    /// <summary>What should have been written, as JSON.</summary>
    public required string Content { get; init; }
}

/// <summary>Keeps what the database refused.</summary>
public interface IRefusedRows
{
    /// <summary>Puts a refused write aside.</summary>
    Task PutAsideAsync(RefusedRow row, CancellationToken cancellationToken);
}
