using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Runs;
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
        Input = "{}",
        CreatedAt = DateTime.UnixEpoch,
        FinishedAt = status.IsFinal() ? DateTime.UnixEpoch : null,
        WakeAt = status.IsFinal() ? null : DateTime.UnixEpoch,
        Fence = 1,
        LastSequence = 1,
    };
}
