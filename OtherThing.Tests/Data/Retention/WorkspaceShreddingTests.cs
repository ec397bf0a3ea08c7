using System.Data.Common;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Access;
using OtherThing.Core.Jobs;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Workspaces;
using OtherThing.Data;
using OtherThing.Data.Jobs;
using OtherThing.Data.Retention;
using OtherThing.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Retention;

public sealed class WorkspaceShreddingTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestDirectory _data = new();
    private readonly TestDatabase _database;

    public WorkspaceShreddingTests() => _database = new TestDatabase(
        services => services.AddSingleton<TimeProvider>(_clock).AddRunsData(_data.Path).AddSingleton<RunValues>().AddRetentionData().AddRetention(),
        migrate: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    private WorkspaceShredding Shredding => _database.Get<WorkspaceShredding>();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task A07_AfterSevenDays_NoTableHasATraceOfItAndNoFileIsLeft()
    {
        var (kept, _) = await _database.AddWorkspaceAsync("Kept");
        await FillAsync(kept);
        var before = await CountAsync();
        var (doomed, owner) = await _database.AddWorkspaceAsync("Doomed");
        var names = await FillAsync(doomed);
        Assert.All(await TablesAsync(), table => Assert.True(before[table.Name] > 0 || !table.IsOfAWorkspace, $"{table.Name} holds nothing to begin with"));
        Assert.True((await _database.Get<WorkspaceService>().DeleteAsync(owner, doomed, Cancel)).IsSuccess);
        _clock.Advance(Workspace.RestoreFor + TimeSpan.FromSeconds(1));

        Assert.Equal(1, await Shredding.ApplyAsync(Cancel));

        before["AspNetUsers"]++; // the owner's account is not the workspace's
        Assert.Equal(before.OrderBy(pair => pair.Key), (await CountAsync()).OrderBy(pair => pair.Key));
        var text = await DumpAsync();
        Assert.All(names.Append(doomed), name => Assert.DoesNotContain(name.ToString(), text, StringComparison.OrdinalIgnoreCase));
        Assert.False(Directory.Exists(Path.Combine(_data.Path, "blobs", doomed.ToString("N"))));
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(_data.Path, "blobs", kept.ToString("N")), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A07_WithinSevenDays_EverythingIsThereToBeRestored()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        await FillAsync(workspaceId);
        await _database.Get<WorkspaceService>().DeleteAsync(owner, workspaceId, Cancel);
        var before = await CountAsync();
        _clock.Advance(Workspace.RestoreFor - TimeSpan.FromSeconds(1));

        Assert.Equal(0, await Shredding.ApplyAsync(Cancel));

        Assert.Equal(before, await CountAsync());
        Assert.True((await _database.Get<WorkspaceService>().RestoreAsync(Actor.User(owner.UserId!.Value, Now), workspaceId, Cancel)).IsSuccess);
    }

    [Fact]
    public async Task A07_CutOffInBetween_GoesOnTheNextTime()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        await FillAsync(workspaceId);
        await _database.Get<WorkspaceService>().DeleteAsync(owner, workspaceId, Cancel);
        _clock.Advance(Workspace.RestoreFor + TimeSpan.FromSeconds(1));
        await _database.Get<IShreddingStore>().DeleteKeyAsync(workspaceId, Cancel);
        await _database.Get<RunPurge>().DeleteAsync(workspaceId, null, Cancel);

        Assert.Equal(1, await Shredding.ApplyAsync(Cancel));

        Assert.DoesNotContain(workspaceId.ToString(), await DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Something in every table that says whose its rows are, and in those that hang on runs and jobs.</summary>
    /// <returns>The names that only this workspace's rows have.</returns>
    private async Task<IReadOnlyList<Guid>> FillAsync(Guid workspaceId)
    {
        var run = new Run
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = workspaceId,
            FlowId = Guid.CreateVersion7(),
            FlowName = "Flow",
            FlowVersion = 1,
            Status = RunStatus.Waiting, // it was never looked at again
            Trigger = RunTrigger.Manual,
            StartedBy = Guid.CreateVersion7(),
            Input = RunValue.Of("{}"),
            CreatedAt = Now,
            WakeAt = Now,
        };
        var job = new Job
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = workspaceId,
            UserId = Guid.CreateVersion7(),
            BatchId = Guid.CreateVersion7(),
            Kind = JobKind.Command,
            Effects = JobEffects.Safe,
            Spec = new JobSpec(),
            CreatedAt = Now,
            Status = JobStatus.Running,
            AttemptId = Guid.CreateVersion7(),
            AttemptStatus = AttemptStatus.Running,
        };
        var blob = await _database.Get<IBlobStore>().KeepAsync(workspaceId, Encoding.UTF8.GetBytes($"a large value of {workspaceId}"), Cancel);
        await using var db = _database.CreateContext();
        db.AddRange(run, job);
        db.Add(new RunJournalEntry { RunId = run.Id, Sequence = 1, At = Now, Steps = "[]"u8.ToArray() });
        db.Add(new RunBlob { RunId = run.Id, WorkspaceId = workspaceId, Hash = blob.Hash, Bytes = blob.Bytes });
        db.Add(new JobLogRow { AttemptId = job.AttemptId.Value, Source = LogSource.Stdout, Offset = 0, Data = [1] });
        db.Add(new LateResult
        {
            Id = Guid.CreateVersion7(),
            AttemptId =
            job.AttemptId.Value,
            Fence = 1,
            NodeId = Guid.CreateVersion7(),
            Kind = AttemptEventKind.Killed,
            ReceivedAt = Now
        });
        await db.SaveChangesAsync(Cancel);
        foreach (var (table, column) in ShreddingStore.Tables(db.Model))
        {
            if (await ScalarAsync(db, $"SELECT COUNT(*) FROM \"{table}\" WHERE \"{column}\" = '{workspaceId.ToString().ToUpperInvariant()}'") == 0)
            {
                await AddRowAsync(db, table, column, workspaceId);
            }
        }

        return [run.Id, job.Id, job.AttemptId.Value, job.BatchId.Value];
    }

    /// <summary>A row of the workspace with something in each column that must have a value.</summary>
    private static async Task AddRowAsync(AppDbContext db, string table, string column, Guid workspaceId)
    {
        await db.Database.OpenConnectionAsync(Cancel);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT name, type FROM pragma_table_info('{table}') WHERE \"notnull\" = 1";
        var values = new Dictionary<string, string>();
        await using (var reader = await command.ExecuteReaderAsync(Cancel))
        {
            while (await reader.ReadAsync(Cancel))
            {
                var (name, type) = (reader.GetString(0), reader.GetString(1));
                values[name] = name == column ? $"'{workspaceId.ToString().ToUpperInvariant()}'"
                    : type == "INTEGER" ? "1"
                    : type == "BLOB" ? "x'01'"
                    : name.EndsWith("At", StringComparison.Ordinal) ? "'2026-01-01 00:00:00'"
                    : $"'{Guid.CreateVersion7().ToString().ToUpperInvariant()}'";
            }
        }

        values[column] = $"'{workspaceId.ToString().ToUpperInvariant()}'"; // it may be one that can be null
        command.CommandText =
            $"PRAGMA foreign_keys=OFF; INSERT INTO \"{table}\" ({string.Join(',', values.Keys.Select(name => $"\"{name}\""))}) VALUES "
                + $"({string.Join(',', values.Values)}); PRAGMA foreign_keys=ON;";
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private async Task<IReadOnlyList<(string Name, bool IsOfAWorkspace)>> TablesAsync()
    {
        await using var db = _database.CreateContext();
        var own = ShreddingStore.Tables(db.Model).Select(place => place.Table).Concat(["RunJournal", "JobLogs", "JobLateResults"]).ToHashSet();
        return [.. db.Model.GetEntityTypes().Select(entity => entity.GetTableName()!).Distinct().Select(table => (table, own.Contains(table)))];
    }

    private async Task<Dictionary<string, long>> CountAsync()
    {
        await using var db = _database.CreateContext();
        var counts = new Dictionary<string, long>();
        foreach (var (table, _) in await TablesAsync())
        {
            counts[table] = await ScalarAsync(db, $"SELECT COUNT(*) FROM \"{table}\"");
        }

        return counts;
    }

    private static async Task<long> ScalarAsync(AppDbContext db, string text)
    {
        await db.Database.OpenConnectionAsync(Cancel);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = text;
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }

    /// <summary>Every cell of every table.</summary>
    private async Task<string> DumpAsync()
    {
        var text = new StringBuilder();
        await using var db = _database.CreateContext();
        await db.Database.OpenConnectionAsync(Cancel);
        foreach (var (table, _) in await TablesAsync())
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"SELECT * FROM \"{table}\"";
            await using DbDataReader reader = await command.ExecuteReaderAsync(Cancel);
            while (await reader.ReadAsync(Cancel))
            {
                for (var at = 0; at < reader.FieldCount; at++)
                {
                    text.Append(reader.GetValue(at) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : reader.GetValue(at)).Append('|');
                }
            }
        }

        return text.ToString();
    }
}
