using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Tasks;
using OtherThing.Data;
using OtherThing.Data.Access;
using OtherThing.Data.Retention;
using OtherThing.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Retention;

public sealed class RetentionTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestDirectory _data = new();
    private readonly TestDatabase _database;

    public RetentionTests() => _database = new TestDatabase(services => services
        .AddSingleton<TimeProvider>(_clock).AddRunsData(_data.Path).AddSingleton<RunValues>().AddRetentionData().AddRetention());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public void EveryTable_HasARuleThatThePageSays()
    {
        using var db = _database.CreateContext();
        var page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "retention.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        Assert.Equal(
            db.Model.GetEntityTypes().Select(entity => entity.ClrType.FullName).Order(),
            Kept.All.Select(kept => kept.Entity.FullName).Order());
        Assert.Equal(
            Kept.All.Select(kept => $"| `{db.Model.FindEntityType(kept.Entity)!.GetTableName()}` | {kept.For}. |").Order(StringComparer.Ordinal),
            page.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryRuleOfRows_IsFoundByAnIndexOfItsColumn()
    {
        using var db = _database.CreateContext();

        foreach (var rule in RowRule.All)
        {
            Assert.Contains(db.Model.FindEntityType(rule.Entity)!.GetIndexes(), index => index.Properties[0].Name == rule.Column);
        }
    }

    [Fact]
    public void EveryTableOfAWorkspace_HasAnIndexThatBeginsWithIt()
    {
        using var db = _database.CreateContext();

        foreach (var (table, column) in ShreddingStore.Tables(db.Model))
        {
            var entity = db.Model.GetEntityTypes().Single(entity => entity.GetTableName() == table);
            Assert.True(
                entity.GetIndexes().Select(index => index.Properties[0]).Append(entity.FindPrimaryKey()!.Properties[0]).Any(
                    first => first.Name == column), table);
        }
    }

    [Fact]
    public async Task Sweep_WhatHasEndedLongEnoughAgo_GoesAndTheRestStays()
    {
        var user = await _database.AddUserAsync();
        await using (var db = _database.CreateContext())
        {
            db.AddRange(Session(user, -1), Session(user, 1));
            db.AddRange(Token(user, -31, "old"), Token(user, -29, "expired"), Token(user, 1, "good"));
            db.AddRange(Card(-31), Card(-29), Card(null));
            db.AddRange(
                new IdempotencyRow { Id = "old", BodyHash = "", ClaimedAt = Now.AddHours(-25) },
                new IdempotencyRow { Id = "young", BodyHash = "", ClaimedAt = Now.AddHours(-23) });
            await db.SaveChangesAsync(Cancel);
        }

        Assert.Equal(4, await _database.Get<RetentionSweeper>().SweepAsync(Cancel));

        await using var left = _database.CreateContext();
        Assert.Equal(1, await left.Set<SignInSession>().CountAsync(Cancel));
        Assert.Equal(["expired", "good"], await left.Set<PersonalToken>().Select(token => token.Name).Order().ToListAsync(Cancel));
        Assert.Equal(2, await left.Set<TaskItem>().CountAsync(Cancel));
        Assert.Equal(["young"], await left.Set<IdempotencyRow>().Select(row => row.Id).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Sweep_OneRuleFails_TheOthersAreApplied()
    {
        var (bad, good) = (new Rule(() => throw new InvalidOperationException("Not today.")), new Rule(() => 3));
        using var sweeper = new RetentionSweeper([bad, good], _clock, Options.Create(new RetentionOptions()), NullLogger<RetentionSweeper>.Instance);

        Assert.Equal(3, await sweeper.SweepAsync(Cancel));
        Assert.Equal((1, 1), (bad.Looks, good.Looks));
    }

    [Fact]
    public async Task Sweep_BeforeItsTime_ARuleRests()
    {
        var rule = new Rule(() => 1);
        using var sweeper = new RetentionSweeper([rule], _clock, Options.Create(new RetentionOptions()), NullLogger<RetentionSweeper>.Instance);
        await sweeper.SweepAsync(Cancel);
        _clock.Advance(rule.Every - TimeSpan.FromSeconds(1));
        await sweeper.SweepAsync(Cancel);
        Assert.Equal(1, rule.Looks);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await sweeper.SweepAsync(Cancel);

        Assert.Equal(2, rule.Looks);
    }

    [Fact]
    public async Task Versions_OnesThatNoRunNeeds_GoAfterThreeMonths()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var flow = new Flow(workspaceId, "Flow", "", new FlowDocument(), owner.UserId!.Value, Now.AddDays(-200));
        await using (var db = _database.CreateContext())
        {
            db.Add(flow);
            Add(db, flow, flow.Id, 2, 100);
            Add(db, flow, flow.Id, 3, 100);
            Add(db, flow, flow.Id, 4, 100, published: true);
            Add(db, flow, flow.Id, 5, 80);
            Add(db, flow, Guid.CreateVersion7(), 1, 1, published: true);
            db.Add(RunOf(flow.Id, workspaceId, 3));
            await db.SaveChangesAsync(Cancel);
        }

        Assert.Equal(2, await _database.Get<VersionRetention>().ApplyAsync(Cancel));

        await using var left = _database.CreateContext();
        Assert.Equal([3, 4, 5], await left.Set<FlowVersion>().Select(version => version.Number).Order().ToListAsync(Cancel));
    }

    [Fact]
    public async Task Pace_OthersWait_DeletionsTakeAThirtiethOfTheTime()
    {
        var pace = new DeletionPace(_clock);

        var busy = pace.RestAsync(new Piece(1, TimeSpan.FromMilliseconds(4), IsAwaited: true), Cancel);
        var idle = pace.RestAsync(new Piece(1, TimeSpan.FromMilliseconds(4), IsAwaited: false), Cancel);
        _clock.Advance(TimeSpan.FromMilliseconds(28));
        await idle;
        _clock.Advance(TimeSpan.FromMilliseconds(87));
        Assert.False(busy.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await busy;
    }

    private SignInSession Session(Guid userId, int days) =>
        new() { Id = Guid.CreateVersion7(), UserId = userId, CreatedAt = Now.AddDays(-9), ExpiresAt = Now.AddDays(days) };

    private PersonalToken Token(Guid userId, int days, string name) =>
        new(userId, name, Scopes.Read, Guid.NewGuid().ToString("N"), Now.AddDays(-60), Now.AddDays(days));

    private TaskItem Card(int? deletedDaysAgo)
    {
        var card = new TaskItem(Guid.CreateVersion7(), new TaskDraft("Card"), Guid.CreateVersion7(), Now.AddDays(-60));
        card.Place(TaskState.Todo, Guid.NewGuid().ToString("N"));
        card.SetDeleted(deletedDaysAgo is { } days ? Now.AddDays(days) : null);
        return card;
    }

    private void Add(AppDbContext db, Flow flow, Guid flowId, int number, int daysAgo, bool published = false)
    {
        var version = new FlowVersion(flow, Guid.CreateVersion7(), Now.AddDays(-daysAgo));
        if (published)
        {
            version.MarkPublished(Now.AddDays(-daysAgo));
        }

        var entry = db.Entry(version);
        (entry.Property(v => v.FlowId).CurrentValue, entry.Property(v => v.Number).CurrentValue) = (flowId, number);
        entry.State = EntityState.Added;
    }

    private Run RunOf(Guid flowId, Guid workspaceId, int version) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = workspaceId,
        FlowId = flowId,
        FlowName = "Flow",
        FlowVersion = version,
        Status = RunStatus.Succeeded,
        Trigger = RunTrigger.Manual,
        StartedBy = Guid.CreateVersion7(),
        Input = RunValue.Of("{}"),
        CreatedAt = Now,
        FinishedAt = Now,
    };

    private sealed class Rule(Func<int> apply) : IRetentionRule
    {
        public string Deletes => "things";

        public TimeSpan Every => TimeSpan.FromMinutes(5);

        public int Looks { get; private set; }

        public Task<int> ApplyAsync(CancellationToken cancellationToken)
        {
            Looks++;
            return Task.FromResult(apply());
        }
    }
}
