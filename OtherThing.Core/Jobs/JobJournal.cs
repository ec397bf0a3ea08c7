using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Results;
using OtherThing.Core.Telemetry;

namespace OtherThing.Core.Jobs;

/// <summary>
/// The only writer of job state: one lane that commits what has gathered in one transaction and then says so to each.
/// Order in is order out. While the database does not answer it holds everything and tries again; what the database refuses holds up nobody.
/// </summary>
internal sealed partial class JobJournal(IJobStore store, TimeProvider clock, ILogger<JobJournal> logger)
{
    private const int MaxBatch = 512;

    private static readonly System.Diagnostics.Metrics.Histogram<double> s_commit =
        Instruments.NodeMeter.CreateHistogram<double>("otherthing.job.commit.duration", "s");

    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>False while the database does not answer: nothing may expire then.</summary>
    public bool IsHealthy { get; private set; } = true;

    /// <summary>Queues a write; <paramref name="committed"/> hears whether it applied, after the commit and in order.</summary>
    /// <param name="write">What to write.</param>
    /// <param name="committed">Hears whether it applied; of a write that the database refused it hears no, unless <paramref name="refused"/> does.</param>
    /// <param name="refused">Hears why the database cannot keep the write, which is put aside then.</param>
    public void Write(JobWrite write, Action<bool>? committed = null, Action<RowRefusedException>? refused = null) =>
        _entries.Writer.TryWrite(new Entry(write, committed, refused));

    /// <summary>Hears when everything queued before is committed.</summary>
    public void After(Action committed) => _entries.Writer.TryWrite(new Entry(null, _ => committed(), null));

    /// <summary>No more writes; <see cref="RunAsync"/> ends after the last.</summary>
    public void Complete() => _entries.Writer.TryComplete();

    /// <summary>Commits until completed and empty, or until the token ends the retries of a database that is gone.</summary>
    public async Task RunAsync(CancellationToken giveUp)
    {
        var batch = new List<Entry>(MaxBatch);
        while (await _entries.Reader.WaitToReadAsync(giveUp))
        {
            while (batch.Count < MaxBatch && _entries.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            var written = new Outcome[batch.Count];
            await CommitAsync([.. Enumerable.Range(0, batch.Count).Where(at => batch[at].Write is not null)], batch, written, giveUp);
            for (var at = 0; at < batch.Count; at++)
            {
                batch[at].Tell(written[at]);
            }

            batch.Clear();
        }
    }

    /// <summary>Commits the entries at these places together; around one that the database cannot keep, the others are committed in their order.</summary>
    private async Task CommitAsync(int[] places, List<Entry> batch, Outcome[] written, CancellationToken giveUp)
    {
        if (places.Length == 0)
        {
            return;
        }

        RowRefusedException refused;
        try
        {
            await CommitOrWaitAsync(places, batch, written, giveUp);
            return;
        }
        catch (RowRefusedException failure) when (places.Length > 1)
        {
            LogGroupRefused(failure, places.Length);
            await CommitAsync(places[..(places.Length / 2)], batch, written, giveUp);
            await CommitAsync(places[(places.Length / 2)..], batch, written, giveUp);
            return;
        }
        catch (RowRefusedException)
        {
            // Alone, and once more below.
        }

        try
        {
            await CommitOrWaitAsync(places, batch, written, giveUp);
            return;
        }
        catch (RowRefusedException failure)
        {
            refused = failure;
        }

        written[places[0]] = new Outcome(false, refused);
        await PutAsideAsync(batch[places[0]].Write!, refused, giveUp);
    }

    /// <summary>Waits for a database that does not answer; only what it refuses comes back as an exception.</summary>
    private async Task CommitOrWaitAsync(int[] places, List<Entry> batch, Outcome[] written, CancellationToken giveUp)
    {
        JobWrite[] writes = [.. places.Select(at => batch[at].Write!)];
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait < TimeSpan.FromSeconds(5) ? wait * 2 : wait)
        {
            try
            {
                var began = Stopwatch.GetTimestamp();
                var applied = await store.CommitAsync(writes, giveUp);
                s_commit.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
                IsHealthy = true;
                for (var i = 0; i < places.Length; i++)
                {
                    written[places[i]] = new Outcome(applied[i], null);
                }

                return;
            }
            catch (Exception failure) when (failure is not RowRefusedException
                && (failure is not OperationCanceledException || !giveUp.IsCancellationRequested))
            {
                // The rows wait in memory; whatever is wrong with the database, losing them would be worse than waiting.
                IsHealthy = false;
                LogCommitFailed(failure, writes.Length, wait.TotalMilliseconds);
                await Task.Delay(wait, clock, giveUp);
            }
        }
    }

    private async Task PutAsideAsync(JobWrite write, RowRefusedException refused, CancellationToken giveUp)
    {
        var (workspaceId, subject) = write.Subject;
        var row = new RefusedRow
        {
            Id = Guid.CreateVersion7(),
            At = clock.GetUtcNow().UtcDateTime,
            WorkspaceId = workspaceId,
            SubjectId = subject,
            Table = refused.Table,
            Column = refused.Column,
            Reason = refused.Message,
            Content = JsonSerializer.Serialize(write, write.GetType(), Json.Options),
        };
        LogRefused(refused, write.GetType().Name, subject, row.Id);
        try
        {
            await store.PutAsideAsync(row, giveUp);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotPutAside(failure, row.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} job writes could not be committed; next try in {WaitMs} ms")]
    private partial void LogCommitFailed(Exception failure, int count, double waitMs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "One of {Count} job writes was refused; trying their halves")]
    private partial void LogGroupRefused(Exception failure, int count);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "The write {Kind} of {Subject} was refused twice; it is put aside as {RefusedId} in the table RefusedRows")]
    private partial void LogRefused(Exception failure, string kind, Guid subject, Guid refusedId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The refused write {RefusedId} could not be put aside")]
    private partial void LogNotPutAside(Exception failure, Guid refusedId);

    private readonly record struct Outcome(bool Applied, RowRefusedException? Refused);

    private readonly record struct Entry(JobWrite? Write, Action<bool>? Committed, Action<RowRefusedException>? Refused)
    {
        public void Tell(Outcome outcome)
        {
            if (outcome.Refused is { } reason && Refused is { } hears)
            {
                hears(reason);
            }
            else
            {
                Committed?.Invoke(Write is null || outcome.Applied);
            }
        }
    }
}
