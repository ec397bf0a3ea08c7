using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Approvals;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Jobs;
using OtherThing.Data.Retention;
using OtherThing.Data.Runs;
using OtherThing.Data.Usage;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Runs;

public sealed class RunPurgeTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestDirectory _data = new();
    private readonly TestDatabase _database;
    private RunJournal _journal = null!;
    private Guid _workspaceId;

    public RunPurgeTests() => _database = new TestDatabase(services => services
        .AddSingleton<TimeProvider>(_clock).AddRunsData(_data.Path).AddUsageData().AddSingleton<RunValues>().AddRetentionData().AddRetention());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    public async ValueTask InitializeAsync()
    {
        _journal = new RunJournal(_database.Get<IRunJournalStore>(), _database.Get<RunValues>(), _clock, NullLogger<RunJournal>.Instance);
        await _journal.StartAsync(Cancel);
        (_workspaceId, var owner) = await _database.AddWorkspaceAsync();
        var changed = await _database.Get<WorkspaceService>().UpdateAsync(
            owner, _workspaceId, new WorkspaceChange(Retention: new RunRetentionChange(10, 5)), Cancel);
        Assert.True(changed.IsSuccess, changed.Error?.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.StopAsync(Cancel);
        _journal.Dispose();
        await _database.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Purge_EndedLongAgo_GoesWithItsJournalAndLeavesUsage()
    {
        var (old, young) = (await AddAsync(RunStatus.Failed, 11), await AddAsync(RunStatus.Succeeded, 9));

        Assert.Equal((1, 0), await PurgeAsync());

        Assert.Equal([young.Id], await RunIdsAsync());
        await using var db = _database.CreateContext();
        Assert.Equal([young.Id], await db.Set<RunJournalEntry>().Select(entry => entry.RunId).Distinct().ToListAsync(Cancel));
        Assert.Contains(old.Id, await db.Set<UsageEntry>().Select(entry => entry.RunId!.Value).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Purge_WhatWasPutAside_GoesWithItsRun()
    {
        var (old, young) = (await AddAsync(RunStatus.Failed, 11), await AddAsync(RunStatus.Failed, 9));
        await PutAsideAsync(old.Id, 11);
        await PutAsideAsync(young.Id, 9);

        await PurgeAsync();

        Assert.Equal([young.Id], await AsideAsync());
    }

    [Fact]
    public async Task Purge_OfManyRuns_LooksUpWhatItDeletesByItsKey()
    {
        await AddManyAsync(99, 11);
        using var plans = new QueryPlans(Connection);

        Assert.Equal((99, 0), await PurgeAsync());

        Assert.Contains(plans.Found, plan => plan.Contains("sqlite_autoindex_Runs_1 (Id=?)", StringComparison.Ordinal));
        Assert.DoesNotContain(plans.Found, plan => plan.Contains("WorkspaceId", StringComparison.Ordinal) || plan.Contains("SCAN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Purge_HowFarAndWhat_IsFoundByIndexesInTheirOrder()
    {
        await AddManyAsync(20, 3);
        using var plans = new QueryPlans(Connection, "SELECT");

        Assert.Equal((15, 0), await PurgeAsync());

        Assert.Contains(plans.Found, plan => plan.Contains("COVERING INDEX IX_Runs_WorkspaceId_CreatedAt_Id", StringComparison.Ordinal));
        Assert.All(plans.Found.Where(plan => plan.Contains("Run", StringComparison.Ordinal)), plan =>
            Assert.True(plan.StartsWith("SEARCH", StringComparison.Ordinal), plan));
    }

    [Fact]
    public async Task Purge_TheBoundary_IsLookedForOnceAPassHoweverMuchGoes()
    {
        await AddManyAsync((RunPurgeStore.ReadAtOnce * 2) + 20, 3);
        using var offsets = new QueryPlans(Connection, "OFFSET");

        Assert.Equal((RunPurgeStore.ReadAtOnce * 2) + 15, (await PurgeAsync()).Runs);

        Assert.Single(offsets.Found, plan => plan.Contains("IX_Runs_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Purge_NothingToDelete_ReadsNoRun()
    {
        await AddManyAsync(5, 3);
        using var plans = new QueryPlans(Connection, "SELECT");

        Assert.Equal((0, 0), await PurgeAsync());

        // The place after the last that is kept, and the first that may have ended too long ago.
        Assert.Equal(2, plans.Found.Count(plan => plan.Contains("IX_Runs_", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Purge_ApprovalsAndJobs_GoWithTheirRunAndAnOpenJobKeepsIt()
    {
        var (old, busy) = (await AddAsync(RunStatus.Failed, 11), await AddAsync(RunStatus.Cancelled, 11));
        var (ended, open) = (MakeJob(old.Id, JobStatus.Succeeded), MakeJob(busy.Id, JobStatus.Running));
        await using (var db = _database.CreateContext())
        {
            db.AddRange(ended, open);
            db.Add(new JobLogRow { AttemptId = ended.AttemptId!.Value, Source = LogSource.Stdout, Offset = 0, Data = [1, 2, 3] });
            db.Add(new JobLogRow { AttemptId = open.AttemptId!.Value, Source = LogSource.Stdout, Offset = 0, Data = [4] });
            db.Add(new Approval(
                Guid.CreateVersion7(), _workspaceId, old.FlowId, old.Id, "ask", new ApprovalQuestion("May it?", "", null, "[]", Guid.CreateVersion7()), Now,
                Now));
            await db.SaveChangesAsync(Cancel);
        }

        Assert.Equal((1, 0), await PurgeAsync());

        await using var left = _database.CreateContext();
        Assert.Equal([busy.Id], await left.Set<Run>().Select(run => run.Id).ToListAsync(Cancel));
        Assert.Equal([open.Id], await left.Set<Job>().Select(job => job.Id).ToListAsync(Cancel));
        Assert.Equal([open.AttemptId!.Value], await left.Set<JobLogRow>().Select(log => log.AttemptId).ToListAsync(Cancel));
        Assert.Empty(await left.Set<Approval>().ToListAsync(Cancel));
    }

    [Fact]
    public async Task Purge_AJournalLongerThanAPiece_GoesInSeveral()
    {
        var run = await AddAsync(RunStatus.Succeeded, 11);
        await using (var db = _database.CreateContext())
        {
            db.AddRange(Enumerable.Range(2, (ExpiredRun.MostEntries * 2) + 10).Select(at =>
                new RunJournalEntry { RunId = run.Id, Sequence = at, At = Now, Steps = "[]"u8.ToArray() }));
            await db.SaveChangesAsync(Cancel);
        }

        var (found, _) = await _database.Get<IRunPurgeStore>().FindExpiredAsync(_workspaceId, new ExpiryBounds(Now.AddDays(-10), null), null, Cancel);
        Assert.Equal((411, true), (Assert.Single(found).Entries, found[0].IsLong));
        using var plans = new QueryPlans(Connection, "DELETE FROM \"RunJournal\" WHERE rowid");
        Assert.Equal((1, 0), await PurgeAsync());

        Assert.True(
            plans.Found.Count(plan => plan.Contains("sqlite_autoindex_RunJournal_1 (RunId=?)", StringComparison.Ordinal)) >= 3,
            string.Join('\n', plans.Found));
        await using var left = _database.CreateContext();
        Assert.Empty(await left.Set<RunJournalEntry>().ToListAsync(Cancel));
    }

    [Fact]
    public async Task Purge_PutAsideThirtyDaysAgo_GoesWhetherOrNotAnotherRowIsRefused()
    {
        var (jobLongAgo, jobOfLate) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await PutAsideAsync(jobOfLate, 29);
        await PutAsideAsync(jobLongAgo, 31);

        await PurgeAsync();

        Assert.Equal([jobOfLate], await AsideAsync());
    }

    [Fact]
    public async Task Purge_LiveRuns_AreNeverTouchedHoweverOld()
    {
        var waiting = await AddAsync(RunStatus.Waiting, 400);
        var running = await AddAsync(RunStatus.Running, 400);

        Assert.Equal((0, 0), await PurgeAsync());

        Assert.Equal(new[] { waiting.Id, running.Id }.Order(), (await RunIdsAsync()).Order());
    }

    [Fact]
    public async Task Purge_MoreThanAreKept_TheOldestGo()
    {
        var runs = new List<Run>();
        for (var age = 9; age >= 2; age--)
        {
            runs.Add(await AddAsync(RunStatus.Succeeded, age));
        }

        var live = await AddAsync(RunStatus.Waiting, 9);

        Assert.Equal((3, 0), await PurgeAsync());

        Assert.Equal(runs.Skip(3).Select(run => run.Id).Append(live.Id).Order(), (await RunIdsAsync()).Order());
    }

    [Fact]
    public async Task Purge_LiveRunsAmongTheNewest_CountForNothing()
    {
        var runs = new List<Run>();
        for (var age = 9; age >= 4; age--)
        {
            runs.Add(await AddAsync(RunStatus.Succeeded, age));
        }

        for (var live = 0; live < 3; live++)
        {
            await AddAsync(RunStatus.Running, 2);
        }

        Assert.Equal((1, 0), await PurgeAsync());

        Assert.DoesNotContain(runs[0].Id, await RunIdsAsync());
        Assert.Equal(8, (await RunIdsAsync()).Count);
    }

    [Fact]
    public async Task Purge_AnotherWorkspace_KeepsByItsOwnRule()
    {
        var (other, _) = await _database.AddWorkspaceAsync("Other");
        var kept = await AddAsync(RunStatus.Succeeded, 20, workspaceId: other);
        await AddAsync(RunStatus.Succeeded, 20);

        await PurgeAsync();

        Assert.Equal([kept.Id], await RunIdsAsync());
    }

    [Fact]
    public async Task Purge_LargeValues_GoWithTheLastRunThatRefersToThem()
    {
        var text = new string('x', RunValues.Limit);
        var old = await AddAsync(RunStatus.Succeeded, 20, text);
        var young = await AddAsync(RunStatus.Succeeded, 5, text);
        await AddAsync(RunStatus.Succeeded, 20, text + "only in the old one");
        Age();

        Assert.Equal((2, 1), await PurgeAsync());
        Assert.Null(await _database.Get<IRunStore>().FindAsync(old.Id, Cancel));
        var left = RunHistory.Fold(await _database.Get<IRunStore>().ReadJournalAsync(young.Id, 0, Cancel));
        Assert.Equal(text, left[0].Output?.GetString());

        _clock.Advance(TimeSpan.FromDays(6));
        Assert.Equal((1, 1), await PurgeAsync());
        Assert.Empty(Directory.EnumerateFiles(_data.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Purge_AValueOfACommitOnItsWay_StaysUntilTheCommit()
    {
        await _database.Get<IBlobStore>().KeepAsync(_workspaceId, Encoding.UTF8.GetBytes("not committed yet"), Cancel);

        Assert.Equal(0, await _database.Get<BlobPurge>().ApplyAsync(Cancel));
        Age();
        Assert.Equal(1, await _database.Get<BlobPurge>().ApplyAsync(Cancel));
    }

    [Fact]
    public async Task Measure_LargeValues_CountsWhatSeveralRunsShareOnce()
    {
        var text = new string('x', RunValues.Limit * 2);
        await AddAsync(RunStatus.Succeeded, 1, text);
        await AddAsync(RunStatus.Succeeded, 1, text);

        var bytes = (await _database.Get<IStorageMeter>().MeasureAsync("storage:today", Cancel))[_workspaceId];

        Assert.InRange(bytes, text.Length, text.Length + 4_000);
    }

    private string Connection
    {
        get
        {
            using var db = _database.CreateContext();
            return db.Database.GetConnectionString()!;
        }
    }

    /// <summary>How many runs went, and how many files.</summary>
    private async Task<(int Runs, int Blobs)> PurgeAsync()
    {
        int Files() => Directory.EnumerateFiles(_data.Path, "*", SearchOption.AllDirectories).Count();
        var before = Files();
        foreach (var rule in _database.Services.GetServices<IRetentionRule>().Where(rule => rule is not RunPurge and not BlobPurge))
        {
            await rule.ApplyAsync(Cancel);
        }

        var runs = await _database.Get<RunPurge>().ApplyAsync(Cancel);
        return (runs, before - Files());
    }

    private async Task AddManyAsync(int count, int daysAgo) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => AddAsync(RunStatus.Failed, daysAgo)));

    private Job MakeJob(Guid runId, JobStatus status) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = _workspaceId,
        UserId = Guid.CreateVersion7(),
        RunId = runId,
        Kind = JobKind.Command,
        Effects = JobEffects.Safe,
        Spec = new JobSpec(),
        CreatedAt = Now,
        Status = status,
        AttemptId = Guid.CreateVersion7(),
        AttemptStatus = status == JobStatus.Running ? AttemptStatus.Running : AttemptStatus.Succeeded,
        FinishedAt = status == JobStatus.Running ? null : Now,
    };

    private Task PutAsideAsync(Guid subjectId, int daysAgo) => _database.Get<IRunJournalStore>().PutAsideAsync(
        new RefusedRow
        {
            Id = Guid.CreateVersion7(),
            At = Now.AddDays(-daysAgo),
            WorkspaceId = _workspaceId,
            SubjectId = subjectId,
            Table = "Runs",
            Reason = "Too long.",
            Content = "{}",
        },
        Cancel);

    private async Task<List<Guid>> AsideAsync()
    {
        await using var db = _database.CreateContext();
        return await db.Set<RefusedRow>().Select(row => row.SubjectId).ToListAsync(Cancel);
    }

    private void Age()
    {
        foreach (var file in Directory.EnumerateFiles(_data.Path, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, Now.AddDays(-1));
        }
    }

    private async Task<List<Guid>> RunIdsAsync()
    {
        await using var db = _database.CreateContext();
        return await db.Set<Run>().Select(run => run.Id).ToListAsync(Cancel);
    }

    private async Task<Run> AddAsync(RunStatus status, int daysAgo, string output = "small", Guid? workspaceId = null)
    {
        var at = Now.AddDays(-daysAgo);
        var run = new Run
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = workspaceId ?? _workspaceId,
            FlowId = Guid.CreateVersion7(),
            FlowName = "Flow",
            FlowVersion = 1,
            Status = status,
            Trigger = RunTrigger.Manual,
            StartedBy = Guid.CreateVersion7(),
            Input = RunValue.Of("{}"),
            CreatedAt = at,
            FinishedAt = status.IsFinal() ? at : null,
            WakeAt = status.IsFinal() ? null : at.AddMinutes(1),
            Fence = 1,
            LastSequence = 1,
        };
        var step = new StepRun { Path = "set", StepId = "set", Type = "data.set", Status = StepRunStatus.Succeeded, Output = Json.ToElement(output) };
        var usage = new UsageDraft { Type = UsageType.ApiCall, CallId = $"{run.Id}", CostStatus = CostStatus.Free, CostUnits = 0 };
        Assert.True(await _journal.CommitAsync(new RunWrite
        {
            Run = run,
            IsNew = true,
            Entry = new RunJournalEntry { RunId = run.Id, Sequence = 1, At = at, Steps = JsonSerializer.SerializeToUtf8Bytes<StepRun[]>([step], Json.Options) },
            Usage = [UsageEntry.From(usage, run.WorkspaceId, run.FlowId, run.FlowName, run.Id, "set", run.StartedBy, at)],
        }));
        return run;
    }
}
