using OtherThing.Core.Jobs;

namespace OtherThing.Data.Jobs;

/// <summary>The statements of one journal transaction, each prepared when first needed.</summary>
internal sealed class JobCommands(AppDbContext db) : IAsyncDisposable
{
    // What a transition may change; the rest of the row is as it was submitted.
    private static readonly string[] s_changing =
    [
        nameof(Job.Status), nameof(Job.Revision), nameof(Job.Fence), nameof(Job.AttemptId), nameof(Job.AttemptStatus), nameof(Job.NodeId),
        nameof(Job.AssignedAt), nameof(Job.StartedAt), nameof(Job.FinishedAt), nameof(Job.CancelRequestedAt), nameof(Job.ExitCode),
        nameof(Job.ErrorCode), nameof(Job.Error), nameof(Job.Seconds), nameof(Job.Sandbox), nameof(Job.EarlierAttempts),
    ];

    private RowCommand<Job>? _insert;
    private RowCommand<Job>? _update;
    private RowCommand<JobLogRow>? _log;
    private RowCommand<JobBatch>? _batch;
    private RowCommand<LateResult>? _late;

    public Task<bool> RunAsync(JobWrite write, CancellationToken cancellationToken) => write switch
    {
        JobWrite.Insert insert => (_insert ??= RowCommand<Job>.Insert(db)).RunAsync(insert.Job, cancellationToken),
        JobWrite.Update update => (_update ??= RowCommand<Job>.Update(db, s_changing, nameof(Job.Revision), nameof(Job.Status), nameof(Job.Fence)))
            .RunAsync(
                update.Job,
                cancellationToken,
                (nameof(Job.Revision), update.Job.Revision - 1),
                (nameof(Job.Status), update.From),
                (nameof(Job.Fence), update.FromFence)),
        JobWrite.Log log => (_log ??= RowCommand<JobLogRow>.Insert(db)).RunAsync(
            new JobLogRow { AttemptId = log.AttemptId, Source = log.Stream, Offset = log.Offset, Data = log.Data, Dropped = log.Dropped },
            cancellationToken),
        JobWrite.Batch batch => (_batch ??= RowCommand<JobBatch>.Insert(db)).RunAsync(batch.Value, cancellationToken),
        JobWrite.Late late => (_late ??= RowCommand<LateResult>.Insert(db)).RunAsync(late.Value, cancellationToken),
        _ => throw new InvalidOperationException($"No statement for {write.GetType().Name}."),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var command in new IAsyncDisposable?[] { _insert, _update, _log, _batch, _late })
        {
            if (command is not null)
            {
                await command.DisposeAsync();
            }
        }
    }
}
