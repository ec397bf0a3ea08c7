using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Core.Jobs;

/// <summary>What the database refuses holds up nobody; a database that does not answer is waited for.</summary>
public sealed class JobJournalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(19)]
    public async Task Run_OneOfTwentyRefused_CommitsTheOthersInOrderAndPutsItAside(int bad)
    {
        var store = new ScriptedStore();
        var journal = new JobJournal(store, TimeProvider.System, NullLogger<JobJournal>.Instance);
        var heard = new ConcurrentQueue<string>();
        var logs = Enumerable.Range(0, 20).Select(i => new JobWrite.Log(Guid.NewGuid(), LogSource.Stdout, i, [(byte)i], 0)).ToArray();
        store.Refuses = logs[bad];
        foreach (var (log, i) in logs.Select((log, i) => (log, i)))
        {
            journal.Write(log, applied => heard.Enqueue($"{i}:{applied}"), refused => heard.Enqueue($"{i}:{refused.Column}"));
        }

        journal.Complete();
        await journal.RunAsync(Cancel);

        Assert.Equal(logs.Where((_, i) => i != bad), store.Kept);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i == bad ? $"{i}:Data" : $"{i}:True"), heard);
        var aside = Assert.Single(store.Aside);
        Assert.Equal(("JobLogs", "Data", logs[bad].AttemptId), (aside.Table, aside.Column, aside.SubjectId));
        Assert.Equal(2, store.AloneTries); // refused twice, alone, and never again
        Assert.True(journal.IsHealthy);
    }

    [Fact]
    public async Task Run_RefusedOnceOnly_IsCommittedTheSecondTime()
    {
        var store = new ScriptedStore { RefusesTimes = 1 };
        var journal = new JobJournal(store, TimeProvider.System, NullLogger<JobJournal>.Instance);
        var log = new JobWrite.Log(Guid.NewGuid(), LogSource.Stdout, 0, [1], 0);
        store.Refuses = log;
        var applied = false;
        journal.Write(log, committed => applied = committed);

        journal.Complete();
        await journal.RunAsync(Cancel);

        Assert.True(applied);
        Assert.Empty(store.Aside);
    }

    [Fact]
    public async Task Run_TheDatabaseIsAway_WaitsAndLosesNothing()
    {
        var clock = new FakeTimeProvider();
        var store = new ScriptedStore { Away = 3 };
        var journal = new JobJournal(store, clock, NullLogger<JobJournal>.Instance);
        var log = new JobWrite.Log(Guid.NewGuid(), LogSource.Stdout, 0, [1], 0);
        journal.Write(log);
        journal.Complete();

        var running = journal.RunAsync(Cancel);
        while (!running.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await running;
        Assert.Equal([log], store.Kept);
        Assert.Empty(store.Aside);
    }

    private sealed class ScriptedStore : IJobStore
    {
        public List<JobWrite> Kept { get; } = [];

        public List<RefusedRow> Aside { get; } = [];

        public JobWrite? Refuses { get; set; }

        public int RefusesTimes { get; set; } = int.MaxValue;

        public int Away { get; set; }

        public int AloneTries { get; private set; }

        public Task<bool[]> CommitAsync(IReadOnlyList<JobWrite> writes, CancellationToken cancellationToken)
        {
            if (Away-- > 0)
            {
                throw new StoreUnavailableException(new TimeoutException("No answer."));
            }

            if (Refuses is { } bad && writes.Contains(bad))
            {
                AloneTries += writes.Count == 1 ? 1 : 0;
                if (RefusesTimes-- > 0)
                {
                    throw new RowRefusedException("JobLogs", "Data", "Data of JobLogs cannot keep it.");
                }
            }

            Kept.AddRange(writes);
            return Task.FromResult(writes.Select(_ => true).ToArray());
        }

        public Task PutAsideAsync(RefusedRow row, CancellationToken cancellationToken)
        {
            Aside.Add(row);
            return Task.CompletedTask;
        }

        public Task<Job?> FindAsync(Guid workspaceId, Guid jobId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Job?> FindAsync(Guid jobId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Page<Job>> ListAsync(Guid workspaceId, JobStatus? status, PageRequest page, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<Job>> ListOnNodeAsync(
            Guid nodeId, IReadOnlyCollection<Guid>? workspaceIds, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Job>> ListOpenAsync(JobShare share, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredLog>> ReadLogAsync(Guid attemptId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<JobBatch?> FindBatchAsync(Guid workspaceId, Guid batchId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
