using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Core.Runs.Journal;

/// <summary>
/// The only writer of run state: a single lane that commits many runs' transitions in one transaction (group commit). While one
/// commit is synced to disk the next group gathers, so more load makes larger groups and not more syncs.
/// </summary>
public sealed partial class RunJournal(IRunJournalStore store, RunValues values, TimeProvider clock, ILogger<RunJournal> logger) : BackgroundService
{
    private const int LargestGroup = 512;

    // Bounded: when the disk cannot keep up the runs wait, and with them whoever starts more.
    private readonly Channel<RunWrite> _lane = Channel.CreateBounded<RunWrite>(
        new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Commits a run's transition together with whatever else is waiting.</summary>
    /// <returns>True once it is on disk; false when another owner or a final state was in the way.</returns>
    /// <exception cref="RowRefusedException">The database cannot keep it; what it was is put aside.</exception>
    public async Task<bool> CommitAsync(RunWrite write)
    {
        // Before the lane: large values are on disk when the commit refers to them, and nobody else waits for that.
        write = await values.ShrinkAsync(write, CancellationToken.None);
        if (!_lane.Writer.TryWrite(write))
        {
            await _lane.Writer.WriteAsync(write);
        }

        return await write.Done.Task;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _lane.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(RunLaneAsync, CancellationToken.None);

    private async Task RunLaneAsync()
    {
        var group = new List<RunWrite>(LargestGroup);
        while (await _lane.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < LargestGroup && _lane.Reader.TryRead(out var write))
            {
                group.Add(write);
            }

            await CommitGroupAsync(group);
        }
    }

    /// <summary>One bad row must not take the others with it, nor wait for ever: the group is halved until it stands alone.</summary>
    private async Task CommitGroupAsync(List<RunWrite> group)
    {
        try
        {
            var applied = await store.CommitAsync(group, CancellationToken.None);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Done.TrySetResult(applied[i]);
            }
        }
        catch (StoreUnavailableException away)
        {
            // Nothing is wrong with any of them, and to try each would only be slow: their owners come again.
            LogAway(away, group.Count);
            group.ForEach(write => write.Done.TrySetException(away));
        }
        catch (Exception exception) when (group.Count > 1)
        {
            LogGroupFailed(exception, group.Count);
            await CommitGroupAsync(group.GetRange(0, group.Count / 2));
            await CommitGroupAsync(group.GetRange(group.Count / 2, group.Count - (group.Count / 2)));
        }
        catch (RowRefusedException)
        {
            await CommitRefusedAsync(group[0]);
        }
        catch (Exception exception)
        {
            LogFailed(exception, group[0].Run.Id);
            group[0].Done.TrySetException(exception);
        }
    }

    /// <summary>Once more, alone. What is refused twice is put aside, and its owner hears why.</summary>
    private async Task CommitRefusedAsync(RunWrite write)
    {
        try
        {
            write.Done.TrySetResult((await store.CommitAsync([write], CancellationToken.None))[0]);
        }
        catch (RowRefusedException refused)
        {
            await PutAsideAsync(write, refused);
            write.Done.TrySetException(refused);
        }
        catch (Exception exception)
        {
            LogFailed(exception, write.Run.Id);
            write.Done.TrySetException(exception);
        }
    }

    private async Task PutAsideAsync(RunWrite write, RowRefusedException refused)
    {
        var row = new RefusedRow
        {
            Id = Guid.CreateVersion7(),
            At = clock.GetUtcNow().UtcDateTime,
            WorkspaceId = write.Run.WorkspaceId,
            SubjectId = write.Run.Id,
            Table = refused.Table,
            Column = refused.Column,
            Reason = refused.Message,
            Content = JsonSerializer.Serialize(
                new { write.Run, Steps = write.Entry is { } entry ? Encoding.UTF8.GetString(entry.Steps) : null, write.Usage, write.Blobs }, Json.Options),
        };
        LogRefused(refused, write.Run.Id, row.Id);
        try
        {
            await store.PutAsideAsync(row, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotPutAside(exception, row.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} could not be written")]
    private partial void LogFailed(Exception exception, Guid runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "A write of run {RunId} was refused twice; it is put aside as {RefusedId} in the table RefusedRows")]
    private partial void LogRefused(Exception exception, Guid runId, Guid refusedId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The refused write {RefusedId} could not be put aside")]
    private partial void LogNotPutAside(Exception exception, Guid refusedId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} runs could not be written: the database does not answer")]
    private partial void LogAway(Exception exception, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A group of {Count} runs could not be written together; trying its halves")]
    private partial void LogGroupFailed(Exception exception, int count);
}
