using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Jobs;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Jobs;
using OtherThing.Data.Retention;
using OtherThing.Data.Runs;
using OtherThing.Tests.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Jobs;

public sealed class JobPurgeTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestDirectory _data = new();
    private readonly TestDatabase _database;
    private Guid _workspaceId;

    public JobPurgeTests() => _database = new TestDatabase(services => services
        .AddSingleton<TimeProvider>(_clock).AddRunsData(_data.Path).AddSingleton<RunValues>().AddRetentionData().AddRetention());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    private JobPurge Purge => _database.Get<JobPurge>();

    public async ValueTask InitializeAsync()
    {
        (_workspaceId, var owner) = await _database.AddWorkspaceAsync();
        var changed = await _database.Get<WorkspaceService>().UpdateAsync(
            owner, _workspaceId, new WorkspaceChange(Retention: new RunRetentionChange(10, 5)), Cancel);
        Assert.True(changed.IsSuccess, changed.Error?.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Apply_EndedLongAgo_GoesWithLogsLateResultsAndBatch()
    {
        var batch = Guid.CreateVersion7();
        var (old, young) = (Make(11, batch: batch), Make(9));
        await AddAsync(old, young);
        await using (var db = _database.CreateContext())
        {
            db.Add(new JobBatch { Id = batch, WorkspaceId = _workspaceId, UserId = old.UserId, Count = 1, CreatedAt = Now });
            db.Add(new LateResult
            {
                Id = Guid.CreateVersion7(),
                AttemptId =
                old.EarlierAttempts[0].Id,
                Fence = 1,
                NodeId = Guid.CreateVersion7(),
                Kind = AttemptEventKind.Killed,
                ReceivedAt = Now
            });
            await db.SaveChangesAsync(Cancel);
        }

        Assert.Equal(1, await Purge.ApplyAsync(Cancel));

        await using var left = _database.CreateContext();
        Assert.Equal([young.Id], await left.Set<Job>().Select(job => job.Id).ToListAsync(Cancel));
        Assert.Equal(
            young.Attempts().Select(attempt => attempt.Id).Order(), (await left.Set<JobLogRow>().Select(log => log.AttemptId).ToListAsync(Cancel)).Order());
        Assert.Equal((0, 0), (await left.Set<JobBatch>().CountAsync(Cancel), await left.Set<LateResult>().CountAsync(Cancel)));
    }

    [Fact]
    public async Task Apply_MoreThanAreKept_TheOldestOfThoseThatEndedGo()
    {
        Job[] ended = [.. Enumerable.Range(1, 8).Reverse().Select(age => Make(age))];
        var open = Make(9, JobStatus.Running);
        await AddAsync([.. ended, open]);

        Assert.Equal(3, await Purge.ApplyAsync(Cancel));

        await using var left = _database.CreateContext();
        Assert.Equal(
            ended.Skip(3).Append(open).Select(job => job.Id).Order(), (await left.Set<Job>().Select(job => job.Id).ToListAsync(Cancel)).Order());
    }

    [Fact]
    public async Task Apply_JobsOfARun_AreTheRuns()
    {
        await AddAsync(Make(400, runId: Guid.CreateVersion7()));

        Assert.Equal(0, await Purge.ApplyAsync(Cancel));
    }

    [Fact]
    public async Task Apply_ALogLongerThanAPiece_GoesInSeveral()
    {
        var job = Make(11);
        await AddAsync(job);
        await using (var db = _database.CreateContext())
        {
            db.AddRange(Enumerable.Range(1, 40).Select(at =>
                new JobLogRow { AttemptId = job.AttemptId!.Value, Source = LogSource.Stdout, Offset = at * 50_000, Data = new byte[50_000] }));
            await db.SaveChangesAsync(Cancel);
        }

        await using var context = _database.CreateContext();
        using var plans = new QueryPlans(context.Database.GetConnectionString()!, "DELETE FROM \"JobLogs\" WHERE rowid");
        Assert.Equal(1, await Purge.ApplyAsync(Cancel));

        Assert.True(
            plans.Found.Count(plan => plan.Contains("sqlite_autoindex_JobLogs_1 (AttemptId=?)", StringComparison.Ordinal)) >= 3,
            string.Join('\n', plans.Found));
        Assert.Empty(await context.Set<JobLogRow>().ToListAsync(Cancel));
    }

    private async Task AddAsync(params Job[] jobs)
    {
        await using var db = _database.CreateContext();
        db.AddRange(jobs);
        db.AddRange(jobs.SelectMany(job => job.Attempts())
            .Select(attempt => new JobLogRow { AttemptId = attempt.Id, Source = LogSource.Stdout, Offset = 0, Data = [1, 2] }));
        await db.SaveChangesAsync(Cancel);
    }

    private Job Make(int daysAgo, JobStatus status = JobStatus.Succeeded, Guid? runId = null, Guid? batch = null) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = _workspaceId,
        UserId = Guid.CreateVersion7(),
        RunId = runId,
        BatchId = batch,
        Kind = JobKind.Command,
        Effects = JobEffects.Safe,
        Spec = new JobSpec(),
        CreatedAt = Now.AddDays(-daysAgo),
        Status = status,
        AttemptId = Guid.CreateVersion7(),
        AttemptStatus = status == JobStatus.Running ? AttemptStatus.Running : AttemptStatus.Succeeded,
        FinishedAt = status == JobStatus.Running ? null : Now.AddDays(-daysAgo),
        EarlierAttempts = [new JobAttempt(Guid.CreateVersion7(), 1, null, AttemptStatus.Lost, null, null, null)],
    };
}
