using System.Data.Common;
using OtherThing.Core.Jobs;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Jobs;

/// <summary>The statements of the jobs' journal, made once from the model.</summary>
internal sealed class JobCommands(AppDbContext db)
{
    // What a transition may change; the rest of the row is as it was submitted.
    private static readonly string[] s_changing =
    [
        nameof(Job.Status), nameof(Job.Revision), nameof(Job.Fence), nameof(Job.AttemptId), nameof(Job.AttemptStatus), nameof(Job.NodeId),
        nameof(Job.AssignedAt), nameof(Job.StartedAt), nameof(Job.FinishedAt), nameof(Job.CancelRequestedAt), nameof(Job.ExitCode),
        nameof(Job.ErrorCode), nameof(Job.Error), nameof(Job.Seconds), nameof(Job.Sandbox), nameof(Job.Network), nameof(Job.LeastSandbox),
        nameof(Job.EarlierAttempts),
    ];

    private readonly RowCommand<Job> _insert = RowCommand<Job>.Insert(db);
    private readonly RowCommand<Job> _update = RowCommand<Job>.Update(db, s_changing, nameof(Job.Revision), nameof(Job.Status), nameof(Job.Fence));
    private readonly RowCommand<JobLogRow> _log = RowCommand<JobLogRow>.Insert(db);
    private readonly RowCommand<JobBatch> _batch = RowCommand<JobBatch>.Insert(db);
    private readonly RowCommand<LateResult> _late = RowCommand<LateResult>.Insert(db);

    public IEnumerable<Statement> All => [_insert.Statement, _update.Statement, _log.Statement, _batch.Statement, _late.Statement];

    /// <summary>Carries out the writes in order, in one batch where the provider knows batches; for each whether it changed a row.</summary>
    public async Task<bool[]> RunAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<JobWrite> writes, CancellationToken cancellationToken)
    {
        var applied = new bool[writes.Count];
        if (!connection.CanCreateBatch)
        {
            await RunOneByOneAsync(connection, transaction, writes, applied, cancellationToken);
            return applied;
        }

        await using var batch = connection.CreateBatch();
        await using var maker = connection.CreateCommand();
        batch.Transaction = transaction;
        foreach (var write in writes)
        {
            var (statement, values) = Of(write);
            statement.In(batch, maker, values);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        for (var i = 0; i < applied.Length; i++)
        {
            applied[i] = batch.BatchCommands[i].RecordsAffected == 1;
        }

        return applied;
    }

    private async Task RunOneByOneAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<JobWrite> writes, bool[] applied, CancellationToken cancellationToken)
    {
        var commands = new Dictionary<Statement, DbCommand>(5);
        try
        {
            for (var i = 0; i < applied.Length; i++)
            {
                var (statement, values) = Of(writes[i]);
                if (!commands.TryGetValue(statement, out var command))
                {
                    commands[statement] = command = statement.On(connection);
                    command.Transaction = transaction;
                }

                statement.Fill(command.Parameters, values);
                applied[i] = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
            }
        }
        finally
        {
            foreach (var command in commands.Values)
            {
                await command.DisposeAsync();
            }
        }
    }

    private (Statement Statement, object?[] Values) Of(JobWrite write) => write switch
    {
        JobWrite.Insert insert => (_insert.Statement, _insert.Values(insert.Job)),
        JobWrite.Update update => (_update.Statement, _update.Values(
            update.Job,
            (nameof(Job.Revision), update.Job.Revision - 1),
            (nameof(Job.Status), update.From),
            (nameof(Job.Fence), update.FromFence))),
        JobWrite.Log log => (_log.Statement, _log.Values(
            new JobLogRow { AttemptId = log.AttemptId, Source = log.Stream, Offset = log.Offset, Data = log.Data, Dropped = log.Dropped })),
        JobWrite.Batch batch => (_batch.Statement, _batch.Values(batch.Value)),
        JobWrite.Late late => (_late.Statement, _late.Values(late.Value)),
        _ => throw new InvalidOperationException($"No statement for {write.GetType().Name}."),
    };
}
