using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;
using OtherThing.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Runs;

public sealed class RunJournalStoreTests : IAsyncLifetime
{
    private static readonly DateTime s_now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly TestDatabase _database = new();
    private RunStore _runs = null!;
    private RunJournalStore _journal = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        (_runs, _journal) = (
            new RunStore(_database.Contexts, new RunValues(new FileBlobStore(Path.Combine(_database.DirectoryPath, "blobs")))),
            new RunJournalStore(_database.Contexts));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Commit_NewRun_IsReadBackWhole()
    {
        var run = NewRun() with { Status = RunStatus.Waiting, Tokens = 5, CostUnits = 123 };

        await CommitAsync(new RunWrite { Run = run, IsNew = true, Entry = Entry(run, 1) });

        Assert.Equal(run, await _runs.FindAsync(run.WorkspaceId, run.Id, Cancel));
        Assert.Single(await _runs.ReadJournalAsync(run.Id, 0, Cancel));
    }

    [Fact]
    public async Task Commit_TextThatLooksLikeAReference_StaysText()
    {
        var text = RunValue.Of($"\"@blob:{new string('a', 64)}:5\"");
        var run = NewRun() with { Input = text, Output = text };

        await CommitAsync(new RunWrite { Run = run, IsNew = true });

        Assert.Equal((text, text), await ReadAsync(run));
        Assert.Equal((text.Text, text.Text), await StoredAsync(run));
    }

    [Fact]
    public async Task Commit_ALargeValue_StandsInTheRowAsWhereItLies()
    {
        var (hash, run) = (new string('a', 64), NewRun());
        var large = RunValue.Of(new BlobRef(hash, 300_000));
        await CommitAsync(new RunWrite { Run = run with { Input = large }, IsNew = true });

        await CommitAsync(new RunWrite { Run = run with { Output = large }, IsNew = false });

        Assert.Equal((large, large), await ReadAsync(run));
        Assert.Equal(($"@blob:{hash}:300000", $"@blob:{hash}:300000"), await StoredAsync(run));
    }

    [Fact]
    public async Task Commit_StaleFence_ChangesNothingAndTheOthersAreWritten()
    {
        var (mine, other) = (NewRun(), NewRun());
        await CommitAsync(new RunWrite { Run = mine, IsNew = true }, new RunWrite { Run = other, IsNew = true });
        var taken = await _runs.TakeOwnershipAsync(mine.Id, Cancel);

        var applied = await CommitAsync(
            new RunWrite { Run = mine with { Status = RunStatus.Failed, LastSequence = 1 }, IsNew = false, Entry = Entry(mine, 1) },
            new RunWrite { Run = other with { Status = RunStatus.Running, LastSequence = 1 }, IsNew = false, Entry = Entry(other, 1) });

        Assert.Equal([false, true], applied);
        Assert.Equal(2, taken!.Fence);
        Assert.Equal(RunStatus.Running, (await _runs.FindAsync(mine.Id, Cancel))!.Status);
        Assert.Empty(await _runs.ReadJournalAsync(mine.Id, 0, Cancel));
    }

    [Fact]
    public async Task Commit_AfterTheEnd_NeverChangesTheEnd()
    {
        var run = NewRun();
        var ended = run with { Status = RunStatus.Cancelled, WakeAt = null, FinishedAt = s_now, LastSequence = 1 };
        await CommitAsync(new RunWrite { Run = run, IsNew = true });
        await CommitAsync(new RunWrite { Run = ended, IsNew = false });

        var applied = await CommitAsync(new RunWrite { Run = run with { Status = RunStatus.Succeeded, WakeAt = null }, IsNew = false });

        Assert.Equal([false], applied);
        Assert.Equal(ended, await _runs.FindAsync(run.Id, Cancel));
        Assert.Null(await _runs.TakeOwnershipAsync(run.Id, Cancel));
    }

    [Fact]
    public async Task Commit_SameSequenceTwice_IsRefusedByTheDatabase()
    {
        var run = NewRun();
        await CommitAsync(new RunWrite { Run = run, IsNew = true, Entry = Entry(run, 1) });

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => CommitAsync(new RunWrite { Run = run, IsNew = false, Entry = Entry(run, 1) }));
        var goesOn = await CommitAsync(new RunWrite { Run = run, IsNew = false, Entry = Entry(run, 2) });
        Assert.Equal([true], goesOn);
    }

    [Fact]
    public async Task Commit_SameCallTwice_IsOneUsageEntry()
    {
        var run = NewRun();
        var draft = new UsageDraft { Type = UsageType.ApiCall, CallId = "call-1", CostStatus = CostStatus.Computed, CostUnits = 42 };
        UsageEntry Entry() => UsageEntry.From(draft, run.WorkspaceId, run.FlowId, run.FlowName, run.Id, "ask", run.StartedBy, s_now);
        await CommitAsync(new RunWrite { Run = run, IsNew = true, Usage = [Entry()] });

        await CommitAsync(new RunWrite { Run = run, IsNew = false, Usage = [Entry()] });

        await using var db = await _database.Contexts.CreateDbContextAsync(Cancel);
        Assert.Single(db.Set<UsageEntry>());
    }

    [Fact]
    public async Task List_ByFlowAndStatus_PagesNewestFirst()
    {
        var workspace = Guid.CreateVersion7();
        var runs = Enumerable.Range(0, 5).Select(i => NewRun() with
        {
            WorkspaceId = workspace,
            CreatedAt = s_now.AddSeconds(i),
            Status = i == 0 ? RunStatus.Waiting : RunStatus.Running,
        }).ToArray();
        await CommitAsync([.. runs.Select(run => new RunWrite { Run = run, IsNew = true })]);

        var first = await _runs.ListAsync(workspace, new RunFilter(Status: RunStatus.Running), new PageRequest(3), Cancel);
        var second = await _runs.ListAsync(workspace, new RunFilter(Status: RunStatus.Running), PageRequest.Parse(3, first.Next).Value, Cancel);

        Assert.Equal([runs[4].Id, runs[3].Id, runs[2].Id], first.Items.Select(run => run.Id));
        Assert.Equal([runs[1].Id], second.Items.Select(run => run.Id));
        Assert.Null(second.Next);
        Assert.Empty((await _runs.ListAsync(Guid.CreateVersion7(), new RunFilter(), new PageRequest(), Cancel)).Items);
    }

    private async Task<(RunValue, RunValue?)> ReadAsync(Run run)
    {
        var read = await _runs.FindBriefAsync(run.WorkspaceId, run.Id, Cancel);
        return (read!.Input, read.Output);
    }

    private async Task<(string, string)> StoredAsync(Run run)
    {
        await using var db = await _database.Contexts.CreateDbContextAsync(Cancel);
        await db.Database.OpenConnectionAsync(Cancel);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "SELECT \"Input\", \"Output\" FROM \"Runs\" WHERE \"FlowId\" = $flow";
        command.Parameters.Add(new SqliteParameter("$flow", run.FlowId));
        await using var row = await command.ExecuteReaderAsync(Cancel);
        Assert.True(await row.ReadAsync(Cancel));
        return (row.GetString(0), row.GetString(1));
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
        CreatedAt = s_now,
        WakeAt = s_now.AddMinutes(1),
        Fence = 1,
    };

    private static RunJournalEntry Entry(Run run, int sequence) =>
        new() { RunId = run.Id, Sequence = sequence, At = s_now, Steps = Encoding.UTF8.GetBytes("[]") };

    private Task<bool[]> CommitAsync(params RunWrite[] writes) => _journal.CommitAsync(writes, Cancel);
}
