using System.Data;
using System.Data.Common;
using OtherThing.Core.Runs;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Runs;

/// <summary>The three statements of the journal, prepared once per connection.</summary>
internal sealed class RunStatements
{
    private readonly DbCommand _insertRun;
    private readonly DbCommand _updateRun;
    private readonly DbCommand _insertEntry;

    public RunStatements(DbConnection connection)
    {
        _insertRun = Create(connection, """
            INSERT INTO "Runs" ("Id","WorkspaceId","FlowId","FlowName","FlowVersion","Status","Trigger","TriggerStepId","StartedBy","RerunOf",
                "ParentRunId","ParentPath","Depth","TimeoutSeconds","Limited","Paused","OnlyStep","Givens","Input","Output","Error","CreatedAt","StartedAt","FinishedAt","WakeAt","Fence","LastSequence","Tokens","CostUnits",
                "RootRunId","Hops","StepRuns")
            VALUES (@id,@workspace,@flow,@name,@version,@status,@trigger,@triggerStep,@startedBy,@rerunOf,
                @parent,@parentPath,@depth,@timeout,@limited,@paused,@onlyStep,@givens,@input,@output,@error,@createdAt,@startedAt,@finishedAt,@wakeAt,@fence,@sequence,@tokens,@cost,
                @root,@hops,@stepRuns)
            """,
            ("id", DbType.Guid), ("workspace", DbType.Guid), ("flow", DbType.Guid), ("name", DbType.String), ("version", DbType.Int32),
            ("status", DbType.String), ("trigger", DbType.String), ("triggerStep", DbType.String), ("startedBy", DbType.Guid), ("rerunOf", DbType.Guid),
            ("parent", DbType.Guid), ("parentPath", DbType.String), ("depth", DbType.Int32), ("timeout", DbType.Int32), ("limited", DbType.Boolean), ("paused", DbType.Boolean), ("onlyStep", DbType.String), ("givens", DbType.String),
            ("input", DbType.String), ("output", DbType.String), ("error", DbType.String), ("createdAt", DbType.DateTime2), ("startedAt", DbType.DateTime2),
            ("finishedAt", DbType.DateTime2), ("wakeAt", DbType.DateTime2), ("fence", DbType.Int32), ("sequence", DbType.Int32), ("tokens", DbType.Int64), ("cost", DbType.Int64),
            ("root", DbType.Guid), ("hops", DbType.Int32), ("stepRuns", DbType.Int32));
        // A run that ended has no WakeAt any more, so a final state is never written over.
        _updateRun = Create(connection, """
            UPDATE "Runs" SET "Status"=@status,"Output"=@output,"Error"=@error,"StartedAt"=@startedAt,"FinishedAt"=@finishedAt,"WakeAt"=@wakeAt,
                "LastSequence"=@sequence,"Tokens"=@tokens,"CostUnits"=@cost,"Paused"=@paused,"StepRuns"=@stepRuns
            WHERE "Id"=@id AND "Fence"=@fence AND "WakeAt" IS NOT NULL
            """,
            ("id", DbType.Guid), ("fence", DbType.Int32), ("status", DbType.String), ("output", DbType.String), ("error", DbType.String),
            ("startedAt", DbType.DateTime2), ("finishedAt", DbType.DateTime2), ("wakeAt", DbType.DateTime2), ("sequence", DbType.Int32),
            ("tokens", DbType.Int64), ("cost", DbType.Int64), ("paused", DbType.Boolean), ("stepRuns", DbType.Int32));
        _insertEntry = Create(connection, """
            INSERT INTO "RunJournal" ("RunId","Sequence","At","Steps") VALUES (@run,@sequence,@at,@steps)
            """,
            ("run", DbType.Guid), ("sequence", DbType.Int32), ("at", DbType.DateTime2), ("steps", DbType.Binary));
    }

    public void Use(DbTransaction transaction) =>
        (_insertRun.Transaction, _updateRun.Transaction, _insertEntry.Transaction) = (transaction, transaction, transaction);

    public Task InsertRunAsync(Run run, CancellationToken cancellationToken) => ExecuteAsync(
        _insertRun, cancellationToken,
        run.Id, run.WorkspaceId, run.FlowId, run.FlowName, run.FlowVersion, SnakeCase<RunStatus>.Of(run.Status), SnakeCase<RunTrigger>.Of(run.Trigger),
        run.TriggerStepId, run.StartedBy, run.RerunOf, run.ParentRunId, run.ParentPath, run.Depth, run.TimeoutSeconds, run.Limited, run.Paused, run.OnlyStep, run.Givens, run.Input, run.Output, run.Error, run.CreatedAt, run.StartedAt, run.FinishedAt,
        run.WakeAt, run.Fence, run.LastSequence, run.Tokens, run.CostUnits, run.RootRunId, run.Hops, run.StepRuns);

    public async Task<bool> UpdateRunAsync(Run run, CancellationToken cancellationToken) => await ExecuteAsync(
        _updateRun, cancellationToken,
        run.Id, run.Fence, SnakeCase<RunStatus>.Of(run.Status), run.Output, run.Error, run.StartedAt, run.FinishedAt, run.WakeAt, run.LastSequence,
        run.Tokens, run.CostUnits, run.Paused, run.StepRuns) == 1;

    public Task InsertEntryAsync(RunJournalEntry entry, CancellationToken cancellationToken) =>
        ExecuteAsync(_insertEntry, cancellationToken, entry.RunId, entry.Sequence, entry.At, entry.Steps);

    private static Task<int> ExecuteAsync(DbCommand command, CancellationToken cancellationToken, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand Create(DbConnection connection, string text, params ReadOnlySpan<(string Name, DbType Type)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, type) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.DbType) = ("@" + name, type);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
