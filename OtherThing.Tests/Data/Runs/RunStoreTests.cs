using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Values;
using OtherThing.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Runs;

public sealed class RunStoreTests : IAsyncLifetime
{
    private readonly TestDirectory _data = new();
    private readonly TestDatabase _database;
    private Guid _workspaceId;

    public RunStoreTests() => _database = new TestDatabase(services => services.AddRunsData(_data.Path).AddSingleton<RunValues>());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (_workspaceId, _) = await _database.AddWorkspaceAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task CountLive_MoreThanAPageOfThemBesideALongHistory_IsExactAndReadsNoHistory()
    {
        await using var context = _database.CreateContext();
        using var plans = new QueryPlans(context.Database.GetConnectionString()!, "SUM(");
        await using (var db = _database.CreateContext())
        {
            db.AddRange(Enumerable.Range(0, 205).Select(number => Make((RunStatus)(number % 3), _workspaceId)));
            db.AddRange(Enumerable.Range(0, 40).Select(_ => Make(RunStatus.Succeeded, _workspaceId)));
            db.AddRange(Enumerable.Range(0, 5).Select(_ => Make(RunStatus.Waiting, Guid.CreateVersion7())));
            await db.SaveChangesAsync(Cancel);
        }

        var count = await _database.Get<IRunStore>().CountLiveAsync(_workspaceId, Cancel);

        Assert.Equal(205, count);
        Assert.Contains("IX_Runs_WakeAt", Assert.Single(plans.Found), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CountLive_NoRuns_IsZero() => Assert.Equal(0, await _database.Get<IRunStore>().CountLiveAsync(_workspaceId, Cancel));

    [Fact]
    public async Task ListRecords_BehindManyRunsOfOthers_AreOfEachFlowsOwnLastTwentyAndReadOnlyThose()
    {
        var (steady, shaky, never, foreign) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var context = _database.CreateContext();
        using var plans = new QueryPlans(context.Database.GetConnectionString()!, "SELECT");
        await using (var db = _database.CreateContext())
        {
            // From the newest on: one at work, one cancelled, fifteen failed, three succeeded; what is older does not count.
            db.AddRange(Enumerable.Range(0, 60).Select(back => Make(
                back switch { 0 => RunStatus.Waiting, 1 => RunStatus.Cancelled, < 17 => RunStatus.Failed, _ => RunStatus.Succeeded }, _workspaceId) with
            {
                FlowId = shaky,
                Paused = back == 0,
                CreatedAt = DateTime.UnixEpoch.AddMinutes(-back),
            }));
            db.Add(Make(RunStatus.Succeeded, _workspaceId) with { FlowId = steady, CreatedAt = DateTime.UnixEpoch.AddDays(-1) });
            db.AddRange(Enumerable.Range(0, 250).Select(_ => Make(RunStatus.Failed, _workspaceId)));
            db.Add(Make(RunStatus.Succeeded, Guid.CreateVersion7()) with { FlowId = foreign });
            await db.SaveChangesAsync(Cancel);
        }

        var records = await _database.Get<IRunStore>().ListRecordsAsync(_workspaceId, [steady, shaky, never, foreign], Cancel);

        Assert.Equal([steady, shaky], records.Select(record => record.FlowId));
        Assert.Equal((RunStatus.Succeeded, 1, 1), (records[0].LastStatus, records[0].Ended, records[0].Succeeded));
        Assert.Equal((RunStatus.Waiting, true, 18, 3), (records[1].LastStatus, records[1].LastIsPaused, records[1].Ended, records[1].Succeeded));
        Assert.Equal(DateTime.UnixEpoch, records[1].LastAt);
        var read = plans.Found.Where(plan => plan.Contains("IX_Runs_FlowId_WorkspaceId_CreatedAt_Id", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, read.Count);
        Assert.DoesNotContain(plans.Found, plan => plan.StartsWith("SCAN", StringComparison.Ordinal) || plan.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    private static Run Make(RunStatus status, Guid workspaceId) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = workspaceId,
        FlowId = Guid.CreateVersion7(),
        FlowName = "Flow",
        FlowVersion = 1,
        Status = status,
        Trigger = RunTrigger.Manual,
        StartedBy = Guid.CreateVersion7(),
        Input = RunValue.Of("{}"),
        CreatedAt = DateTime.UnixEpoch,
        FinishedAt = status.IsFinal() ? DateTime.UnixEpoch : null,
        WakeAt = status.IsFinal() ? null : DateTime.UnixEpoch,
        Fence = 1,
        LastSequence = 1,
    };
}
