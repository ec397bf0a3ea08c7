using System.Text;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Jobs;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Tasks;
using OtherThing.Data.Jobs;
using OtherThing.Data.Runs;
using OtherThing.Data.Tasks;
using OtherThing.Data.Usage;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Conventions;

/// <summary>What SQL Server hears of the journals and of cards.</summary>
public sealed class JournalBatchTests
{
    private static readonly DateTime s_now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly ListeningSqlServer _server = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_AGroup_IsOneBatchInOneTransaction()
    {
        await using var store = new RunJournalStore(_server);

        var applied = await store.CommitAsync([.. Enumerable.Range(0, 40).Select(i => Write(isNew: i % 2 == 0, entry: i % 4 < 2))], Cancel);

        Assert.All(applied, Assert.True);
        Assert.Equal(["SET NOCOUNT OFF;", "BEGIN", "BATCH 40"], _server.Heard.Take(3));
        Assert.Equal("COMMIT", _server.Heard[^1]);
        Assert.Equal(3 + 40 + 1, _server.Heard.Count);
    }

    [Fact]
    public async Task Runs_AStaleOwner_WritesNoEntryAndHearsNo()
    {
        await using var store = new RunJournalStore(_server);
        _server.Changes = text => text.StartsWith("UPDATE", StringComparison.Ordinal) ? 0 : 2;

        var applied = await store.CommitAsync([Write(isNew: true, entry: true), Write(isNew: false, entry: true), Write(isNew: false, entry: false)], Cancel);

        Assert.Equal([true, false, false], applied);
        var update = _server.Heard.Single(text => text.StartsWith("UPDATE", StringComparison.Ordinal) && text.Contains("RunJournal", StringComparison.Ordinal));
        Assert.Matches("""(?s)WHERE "Id"=@id AND "Fence"=@fence AND "WakeAt" IS NOT NULL;\s*IF @@ROWCOUNT = 1\s*INSERT INTO "RunJournal" """, update);
    }

    [Fact]
    public async Task Runs_TheNextGroup_KeepsTheConnection()
    {
        await using var store = new RunJournalStore(_server);
        await store.CommitAsync([Write(isNew: true, entry: true)], Cancel);
        await store.CommitAsync([Write(isNew: true, entry: true)], Cancel);

        Assert.Single(_server.Heard, text => text == "SET NOCOUNT OFF;");
    }

    [Fact]
    public async Task Jobs_AGroup_IsOneBatchInOneTransaction()
    {
        var store = new JobStore(_server);
        var job = NewJob();
        _server.Changes = text => text.StartsWith("UPDATE", StringComparison.Ordinal) ? 0 : 1;

        var applied = await store.CommitAsync(
            [new JobWrite.Insert(job), new JobWrite.Update(job, JobStatus.Queued, 0), new JobWrite.Log(Guid.NewGuid(), LogSource.Stdout, 0, [1, 2], 0)],
            Cancel);

        Assert.Equal([true, false, true], applied);
        Assert.Equal(["SET NOCOUNT OFF;", "BEGIN", "BATCH 3"], _server.Heard.Take(3));
        Assert.Equal("COMMIT", _server.Heard[^1]);
        Assert.DoesNotContain("Place", _server.Heard.Single(text => text.Contains("JobLogs", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cards_TheNumber_IsCountedOnTheWorkspacesRowBeforeAnythingIsRead()
    {
        var store = new TaskStore(_server);
        var card = new TaskItem(Guid.CreateVersion7(), new TaskDraft("Card"), Guid.NewGuid(), s_now);

        // It answers with no rows, so the first thing that is read ends the unit.
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.AddAsync(card, new TaskPlace(TaskState.Todo, null, null), Cancel));

        var counted = _server.Heard.SkipWhile(text => text != "BEGIN").Skip(1).First();
        Assert.Matches(
            """(?s)^UPDATE \[w\]\s+SET \[w\]\.\[LastTaskNumber\] = \[w\]\.\[LastTaskNumber\] \+ @\w+\s+FROM \[Workspaces\] AS \[w\]\s+WHERE \[w\]\.\[Id\] = @\w+""",
            counted);
        Assert.DoesNotContain(_server.Heard, text => text.Contains("MAX([t].[Number])", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Storage_OfRuns_IsTheLengthOfTheirText()
    {
        await using var db = _server.CreateDbContext();

        var asked = db.Set<Run>().Select(StorageMeter.LengthOf).ToQueryString();

        Assert.Matches(@"LEN\((?:CAST\()*\[r\]\.\[Input\]", asked);
        Assert.Matches(@"LEN\((?:CAST\()*\[r\]\.\[Output\]", asked);
    }

    private static RunWrite Write(bool isNew, bool entry)
    {
        var run = new Run
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = Guid.CreateVersion7(),
            FlowId = Guid.CreateVersion7(),
            FlowName = "Flow",
            FlowVersion = 1,
            Status = RunStatus.Running,
            Trigger = RunTrigger.Manual,
            StartedBy = Guid.CreateVersion7(),
            Input = RunValue.Of(new string('i', 9_000)),
            CreatedAt = s_now,
            WakeAt = s_now.AddMinutes(1),
            Fence = 1,
        };
        return new RunWrite
        {
            Run = run,
            IsNew = isNew,
            Entry = entry ? new RunJournalEntry { RunId = run.Id, Sequence = 1, At = s_now, Steps = Encoding.UTF8.GetBytes("[]") } : null,
        };
    }

    private static Job NewJob() => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = Guid.CreateVersion7(),
        UserId = Guid.CreateVersion7(),
        Kind = JobKind.Script,
        Effects = JobEffects.Once,
        Spec = new JobSpec { Script = new string('s', 12_000), Shell = "sh" },
        CreatedAt = s_now,
        Revision = 1,
    };
}
