using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Jobs;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;
using OtherThing.Data;
using OtherThing.Data.Conventions;
using OtherThing.Data.Jobs;
using OtherThing.Data.Runs;
using OtherThing.Data.Serving;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Serving;

/// <summary>Two leases of one process stand for two servers on one database.</summary>
public sealed class ServerLeaseTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private readonly FakeTimeProvider _otherClock = new();
    private ServerLease _mine = null!;
    private ServerLease _other = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _mine = _database.Get<ServerLease>();
        _other = new ServerLease(DatabaseOptions.SqliteIn(_database.DirectoryPath), WriteLane.Free, _otherClock);
        await _mine.PrepareAsync(_database.Contexts, Cancel);
        await _other.PrepareAsync(_database.Contexts, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _other.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public void TryTake_AnotherHasIt_NamesItAndHasItOnceItIsReleased()
    {
        Assert.Null(_mine.TryTake());

        Assert.Equal(ServerLease.ThisHolder, _other.TryTake());
        _mine.Release();
        Assert.Null(_other.TryTake());
    }

    [Fact]
    public async Task TryTake_HolderEndedAndItsNumberIsAnotherProcessNow_HasItAtOnce()
    {
        Assert.Null(_mine.TryTake());
        await ChangeAsync("process_start = process_start + 1");

        Assert.Null(_other.TryTake());
    }

    [Fact]
    public async Task TryTake_HolderOfAnotherMachineIsSilentAndTheClockOfTheDatabaseIsWrong_HasItAfterTheLength()
    {
        Assert.Null(_mine.TryTake());
        await ChangeAsync("host = 'elsewhere', holder = 'elsewhere, process 1', expires_at = expires_at + 3600000");

        Assert.Equal("elsewhere, process 1", _other.TryTake());
        _otherClock.Advance(ServerLease.Length - TimeSpan.FromSeconds(1));
        Assert.Equal("elsewhere, process 1", _other.TryTake());
        await ChangeAsync("renewals = renewals + 1"); // it lives after all
        _otherClock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("elsewhere, process 1", _other.TryTake());
        _otherClock.Advance(ServerLease.Length);
        Assert.Null(_other.TryTake());
    }

    [Fact]
    public async Task F21_CommitAfterAnotherTookOver_WritesNeitherRunsNorJobsAndSaysThatItIsLost()
    {
        Assert.Null(_mine.TryTake());
        var lost = new TaskCompletionSource<string>();
        await using var runs = new RunJournalStore(_database.Contexts);
        var jobs = new JobStore(_database.Contexts);
        await runs.CommitAsync([new RunWrite { Run = NewRun(), IsNew = true }], Cancel);
        await jobs.CommitAsync([new JobWrite.Batch(NewBatch())], Cancel);
        TakeOver();
        _mine.Keep(why => lost.TrySetResult(why));

        await Assert.ThrowsAsync<ServerLeaseLostException>(() => runs.CommitAsync([new RunWrite { Run = NewRun(), IsNew = true }], Cancel));
        await Assert.ThrowsAsync<ServerLeaseLostException>(() => jobs.CommitAsync([new JobWrite.Batch(NewBatch())], Cancel));

        Assert.Contains("Another server has taken over", await lost.Task.WithPatience(), StringComparison.Ordinal);
        await using var db = _database.CreateContext();
        Assert.Equal((1, 1), (await db.Set<Run>().CountAsync(Cancel), await db.Set<JobBatch>().CountAsync(Cancel)));
        await Assert.ThrowsAsync<ServerLeaseLostException>(async () => await db.EnterWriteLaneAsync(Cancel));
    }

    [Fact]
    public async Task AnyWrite_GrantHasRunOut_AsksTheDatabaseFirst()
    {
        var clock = new FakeTimeProvider();
        using var lease = new ServerLease(DatabaseOptions.SqliteIn(_database.DirectoryPath), WriteLane.Free, clock);
        await using var db = _database.CreateContext();
        db.Lease = lease;
        Assert.Null(lease.TryTake());
        clock.Advance(ServerLease.Length);
        (await db.EnterWriteLaneAsync(Cancel)).Dispose(); // nobody else came: it is renewed

        TakeOver();
        clock.Advance(ServerLease.Length);

        await Assert.ThrowsAsync<ServerLeaseLostException>(async () => await db.EnterWriteLaneAsync(Cancel));
    }

    [Fact]
    public async Task Migrate_LockLeftByAServerKilledWhileItMigrated_IsNotWaitedFor()
    {
        using var directory = new TestDirectory();
        using var host = new HostBuilder()
            .ConfigureServices(services => services.AddDatabase(DatabaseOptions.SqliteIn(directory.Path))).Build();
        var contexts = host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var db = await contexts.CreateDbContextAsync(Cancel);
        await db.Database.ExecuteSqlRawAsync(
            """CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01')""",
            Cancel);

        await host.MigrateDatabaseAsync(Cancel).WithPatience();

        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancel));
    }

    private static Run NewRun() => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = Guid.CreateVersion7(),
        FlowId = Guid.CreateVersion7(),
        FlowName = "Flow",
        FlowVersion = 1,
        Status = RunStatus.Running,
        Trigger = RunTrigger.Manual,
        StartedBy = Guid.CreateVersion7(),
        Input = RunValue.Of("{}"),
        CreatedAt = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc),
        Fence = 1,
    };

    private static JobBatch NewBatch() => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = Guid.CreateVersion7(),
        UserId = Guid.CreateVersion7(),
        Count = 1,
        CreatedAt = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc),
    };

    /// <summary>As if the holder had been silent for long.</summary>
    private void TakeOver()
    {
        Assert.NotNull(_other.TryTake());
        _otherClock.Advance(ServerLease.Length);
        Assert.Null(_other.TryTake());
    }

    private async Task ChangeAsync(string set)
    {
        await using var connection = new SqliteConnection(DatabaseOptions.SqliteIn(_database.DirectoryPath).ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE server_lease SET " + set;
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
    }
}
