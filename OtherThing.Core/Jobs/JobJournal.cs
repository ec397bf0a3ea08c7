using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Telemetry;

namespace OtherThing.Core.Jobs;

/// <summary>
/// The only writer of job state: one lane that commits what has gathered in one transaction and then says so to each.
/// Order in is order out. While the database does not answer it holds everything and tries again.
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
    public void Write(JobWrite write, Action<bool>? committed = null) => _entries.Writer.TryWrite(new Entry(write, committed));

    /// <summary>Hears when everything queued before is committed.</summary>
    public void After(Action committed) => _entries.Writer.TryWrite(new Entry(null, _ => committed()));

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

            var applied = await CommitAsync(batch, giveUp);
            var index = 0;
            foreach (var entry in batch)
            {
                entry.Committed?.Invoke(entry.Write is null || applied[index++]);
            }

            batch.Clear();
        }
    }

    private async Task<bool[]> CommitAsync(List<Entry> batch, CancellationToken giveUp)
    {
        var writes = batch.Where(entry => entry.Write is not null).Select(entry => entry.Write!).ToList();
        if (writes.Count == 0)
        {
            return [];
        }

        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait < TimeSpan.FromSeconds(5) ? wait * 2 : wait)
        {
            try
            {
                var began = Stopwatch.GetTimestamp();
                var applied = await store.CommitAsync(writes, giveUp);
                s_commit.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
                IsHealthy = true;
                return applied;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !giveUp.IsCancellationRequested)
            {
                // The rows wait in memory; whatever is wrong with the database, losing them would be worse than waiting.
                IsHealthy = false;
                LogCommitFailed(failure, writes.Count, wait.TotalMilliseconds);
                await Task.Delay(wait, clock, giveUp);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} job writes could not be committed; next try in {WaitMs} ms")]
    private partial void LogCommitFailed(Exception failure, int count, double waitMs);

    private readonly record struct Entry(JobWrite? Write, Action<bool>? Committed);
}
