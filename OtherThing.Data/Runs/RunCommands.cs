using System.Data.Common;
using OtherThing.Core.Runs.Journal;

namespace OtherThing.Data.Runs;

/// <summary>
/// Carries out a group of the runs' journal on one connection: on SQLite by three prepared commands, on SQL Server as one batch, so that a
/// group costs one journey.
/// </summary>
internal sealed class RunCommands(DbConnection connection, RunStatements statements)
{
    private readonly DbCommand _insertRun = statements.InsertRun.On(connection);
    private readonly DbCommand _updateRun = statements.UpdateRun.On(connection);
    private readonly DbCommand _insertEntry = statements.InsertEntry.On(connection);

    /// <summary>For each write whether it was applied.</summary>
    public async Task<bool[]> RunAsync(DbTransaction transaction, IReadOnlyList<RunWrite> writes, CancellationToken cancellationToken)
    {
        var applied = new bool[writes.Count];
        if (connection.CanCreateBatch)
        {
            await RunBatchAsync(transaction, writes, applied, cancellationToken);
            return applied;
        }

        (_insertRun.Transaction, _updateRun.Transaction, _insertEntry.Transaction) = (transaction, transaction, transaction);
        for (var i = 0; i < applied.Length; i++)
        {
            applied[i] = await RunOneAsync(writes[i], cancellationToken);
        }

        return applied;
    }

    private async Task<bool> RunOneAsync(RunWrite write, CancellationToken cancellationToken)
    {
        var (statement, command, values) = write.IsNew
            ? (statements.InsertRun, _insertRun, RunStatements.InsertValues(write.Run))
            : (statements.UpdateRun, _updateRun, RunStatements.UpdateValues(write.Run));
        statement.Fill(command.Parameters, values);
        if (await command.ExecuteNonQueryAsync(cancellationToken) != 1)
        {
            return false;
        }

        if (write.Entry is { } entry)
        {
            statements.InsertEntry.Fill(_insertEntry.Parameters, RunStatements.EntryValues(entry));
            await _insertEntry.ExecuteNonQueryAsync(cancellationToken);
        }

        return true;
    }

    private async Task RunBatchAsync(DbTransaction transaction, IReadOnlyList<RunWrite> writes, bool[] applied, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (var write in writes)
        {
            var (alone, together, values) = write.IsNew
                ? (statements.InsertRun, statements.InsertRunAndEntry, RunStatements.InsertValues(write.Run))
                : (statements.UpdateRun, statements.UpdateRunAndInsertEntry, RunStatements.UpdateValues(write.Run));
            if (write.Entry is { } entry)
            {
                together.In(batch, _insertRun, [.. values, .. RunStatements.EntryValues(entry)]);
            }
            else
            {
                alone.In(batch, _insertRun, values);
            }
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        for (var i = 0; i < applied.Length; i++)
        {
            applied[i] = batch.BatchCommands[i].RecordsAffected > 0; // the row, and its entry where there is one
        }
    }
}
