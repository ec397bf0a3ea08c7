using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Data;
using OtherThing.Data.Jobs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Jobs;

public sealed class JobStoreTests : IAsyncDisposable
{
    private readonly TestDatabase _database = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Commit_ItsAcknowledgementWasLost_IsKnownAsItsOwn()
    {
        var store = new JobStore(new DeafContexts(_database.DirectoryPath, deafTo: 1));
        var job = NewJob();
        var running = job with { Status = JobStatus.Running, Revision = 2, AttemptId = Guid.NewGuid() };
        JobWrite[] writes = [
            new JobWrite.Insert(job), new JobWrite.Update(running, JobStatus.Queued, 0), new JobWrite.Log(Guid.NewGuid(), LogSource.Stdout, 0, [1], 0)];

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(writes, Cancel));
        var again = await store.CommitAsync(writes, Cancel);

        Assert.Equal([true, true, true], again);
    }

    [Fact]
    public async Task Commit_TheJobOfAnother_IsNeverTakenForItsOwn()
    {
        var others = new JobStore(_database.Contexts);
        var store = new JobStore(new DeafContexts(_database.DirectoryPath, deafTo: 1));
        var (job, mine) = (NewJob(), NewJob());
        await others.CommitAsync([new JobWrite.Insert(job)], Cancel);
        JobWrite[] writes = [new JobWrite.Insert(mine), new JobWrite.Update(job with { Revision = 7 }, JobStatus.Queued, 0)]; // a revision that never was

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(writes, Cancel));
        var again = await store.CommitAsync(writes, Cancel);

        Assert.Equal([true, false], again);
    }

    [Fact]
    public async Task Commit_LongSpecAndLog_ComeBackWhole()
    {
        var store = new JobStore(_database.Contexts);
        var (job, attempt, piece) = (NewJob(), Guid.NewGuid(), new byte[60_000]);
        Random.Shared.NextBytes(piece);

        await store.CommitAsync([new JobWrite.Insert(job), new JobWrite.Log(attempt, LogSource.Stderr, 0, piece, 0)], Cancel);

        Assert.Equal(job.Spec.Script, (await store.FindAsync(job.Id, Cancel))!.Spec.Script);
        Assert.Equal(piece, Assert.Single(await store.ReadLogAsync(attempt, Cancel)).Data);
    }

    private static Job NewJob() => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = Guid.CreateVersion7(),
        UserId = Guid.CreateVersion7(),
        Kind = JobKind.Script,
        Effects = JobEffects.Once,
        Spec = new JobSpec { Script = new string('s', 12_000), Shell = "sh" },
        CreatedAt = DateTime.UtcNow,
        Status = JobStatus.Queued,
        Revision = 1,
    };

    /// <summary>Contexts that commit and, the first times, do not hear of it.</summary>
    private sealed class DeafContexts(string directory, int deafTo) : DbTransactionInterceptor, IDbContextFactory<AppDbContext>
    {
        private int _left = deafTo;

        public AppDbContext CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<SqliteAppDbContext>();
            DataSetup.ConfigureSqlite(options, DatabaseOptions.SqliteIn(directory).ConnectionString);
            options.AddInterceptors(this);
            return new SqliteAppDbContext(options.Options);
        }

        public override Task TransactionCommittedAsync(
            DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
            _left-- > 0 ? throw new TimeoutException("The answer was lost.") : Task.CompletedTask;
    }
}
