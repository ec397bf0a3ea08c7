using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Data;
using OtherThing.Data.Retention;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Retention;

public sealed class FileSpaceTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DatabaseOptions Options => DatabaseOptions.SqliteIn(_directory.Path);

    private string FilePath => Path.Combine(_directory.Path, "otherthing.db");

    public void Dispose()
    {
        using (var connection = new SqliteConnection(Options.ConnectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        _directory.Dispose();
    }

    [Fact]
    public async Task Apply_AFileThatNothingIsInAnyMore_BecomesSmall()
    {
        Options.MakeFile();
        await using var services = await FillAndEmptyAsync();
        var space = services.GetRequiredService<FileSpace>();
        var before = (await space.ReadAsync(Cancel))!;
        Assert.True(before.GivesBack);

        Assert.True(await space.ApplyAsync(Cancel) > 0);

        var after = (await space.ReadAsync(Cancel))!;
        Assert.True(after.Bytes < before.Bytes / 2, $"{before.Bytes} and then {after.Bytes}");
        Assert.True(after.UnusedBytes <= after.Bytes / 10);
        Assert.Equal(0, await space.ApplyAsync(Cancel)); // what is left is left for what comes
        Assert.True(new FileInfo(FilePath).Length < before.Bytes / 2, "the file itself");
    }

    [Fact]
    public async Task Compact_AFileOfAnOlderVersion_GivesBackFromThenOn()
    {
        await using (var services = await FillAndEmptyAsync())
        {
            var space = services.GetRequiredService<FileSpace>();
            Assert.Equal((false, 0), ((await space.ReadAsync(Cancel))!.GivesBack, await space.ApplyAsync(Cancel)));
        }

        var (before, after, refusal) = DatabaseCompaction.Compact(Options);

        Assert.Null(refusal);
        Assert.True(after < before / 2, $"{before} and then {after}");
        await using var again = Services();
        Assert.True((await again.GetRequiredService<FileSpace>().ReadAsync(Cancel))!.GivesBack);
    }

    [Fact]
    public async Task Compact_WhileAServerServes_IsRefusedWithItsName()
    {
        await using var services = await FillAndEmptyAsync();
        var table = new OtherThing.Data.Serving.LeaseTable(Options);
        table.EnsureCreated();
        var holder = table.Read().Holder with { Name = "process 7 on workbench" };
        Assert.True(table.TryTake(table.Read(), holder, TimeSpan.FromMinutes(1)));

        Assert.Equal("process 7 on workbench serves this database. Stop it, then compact.", DatabaseCompaction.Compact(Options).Refusal);
    }

    [Fact]
    public void Compact_ADatabaseServer_IsRefused() => Assert.Contains(
        "SQL Server", DatabaseCompaction.Compact(new DatabaseOptions(DatabaseProvider.SqlServer, "Server=.")).Refusal, StringComparison.Ordinal);

    private ServiceProvider Services() => new ServiceCollection().AddLogging().AddCore().AddDatabase(Options).AddRetentionData()
        .AddSingleton<DeletionPace>().BuildServiceProvider();

    private async Task<ServiceProvider> FillAndEmptyAsync()
    {
        var services = Services();
        var contexts = services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var db = await contexts.CreateDbContextAsync(Cancel);
        await db.Database.MigrateAsync(Cancel);
        db.AddRange(Enumerable.Range(1, 1_500)
            .Select(at => new RunJournalEntry { RunId = Guid.CreateVersion7(), Sequence = at, At = DateTime.UtcNow, Steps = new byte[4_000] }));
        await db.SaveChangesAsync(Cancel);
        await db.Set<RunJournalEntry>().ExecuteDeleteAsync(Cancel);
        await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", Cancel);
        return services;
    }
}
