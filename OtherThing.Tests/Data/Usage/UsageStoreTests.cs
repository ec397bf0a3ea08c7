using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;
using OtherThing.Data.Usage;
using OtherThing.Tests.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Usage;

public sealed class UsageStoreTests : IAsyncDisposable
{
    private static readonly DateTime s_day = new(2026, 3, 1, 10, 0, 0, DateTimeKind.Utc);
    private readonly TestDatabase _database = new(services => services.AddUsageData());
    private readonly Guid _workspaceId = Guid.CreateVersion7();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IUsageStore Store => _database.Get<IUsageStore>();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task TryAdd_SameCallTwice_IsOneEntry()
    {
        Assert.True(await Store.TryAddAsync(Entry("call-1", 5), Cancellation));
        Assert.False(await Store.TryAddAsync(Entry("call-1", 5), Cancellation));

        var page = await Store.ListAsync(_workspaceId, new UsageFilter(), new PageRequest(), Cancellation);

        Assert.Equal("call-1", Assert.Single(page.Items).CallId);
    }

    [Fact]
    public async Task Summarize_EveryGrouping_SumsToTheSameTotal()
    {
        var user = await _database.AddUserAsync("Ana");
        await Store.TryAddAsync(Entry("a", 150_000_000, "openai", "gpt", user, s_day), Cancellation);
        await Store.TryAddAsync(Entry("b", null, "openai", "nope", user, s_day.AddDays(1)), Cancellation);
        await Store.TryAddAsync(Entry("c", 50_000_000, "groq", "llama", null, s_day.AddDays(1)), Cancellation);
        await Store.TryAddAsync(Entry("d", 1, workspaceId: Guid.CreateVersion7()), Cancellation);

        foreach (var grouping in Enum.GetValues<UsageGrouping>())
        {
            var groups = await Store.SummarizeAsync(_workspaceId, new UsageFilter(), grouping, Cancellation);

            Assert.Equal((3, 1, 2.0m), (groups.Sum(g => g.Entries), groups.Sum(g => g.Cost.Unpriced), groups.Sum(g => g.CostCents ?? 0)));
        }

        var providers = await Store.SummarizeAsync(_workspaceId, new UsageFilter(), UsageGrouping.Provider, Cancellation);
        Assert.Equal(["openai", "groq"], providers.Select(group => group.Key));
        var models = await Store.SummarizeAsync(_workspaceId, new UsageFilter(), UsageGrouping.Model, Cancellation);
        Assert.Null(models.Single(group => group.Key == "nope").CostCents);
        var users = await Store.SummarizeAsync(_workspaceId, new UsageFilter(), UsageGrouping.User, Cancellation);
        Assert.Equal(["Ana", "No member"], users.Select(group => group.Label));
        var days = await Store.SummarizeByDayAsync(_workspaceId, new UsageFilter(), UsageGrouping.Provider, Cancellation);
        Assert.Equal(
            [(new DateOnly(2026, 3, 1), "openai"), (new DateOnly(2026, 3, 2), "groq"), (new DateOnly(2026, 3, 2), "openai")],
            days.Select(day => (day.Day, day.Group.Key)).Order());
    }

    [Fact]
    public async Task MeasureStorage_TwiceADay_IsOneEntryOfTheBytesKept()
    {
        var (workspaceId, _) = await _database.AddWorkspaceAsync();
        var run = new Run
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = workspaceId,
            FlowId = Guid.CreateVersion7(),
            FlowName = "Flow",
            FlowVersion = 1,
            Status = RunStatus.Succeeded,
            Trigger = RunTrigger.Manual,
            StartedBy = Guid.CreateVersion7(),
            Input = RunValue.Of("12345"),
            Output = RunValue.Of("123"),
            CreatedAt = s_day,
        };
        await using (var db = _database.CreateContext())
        {
            db.Add(run);
            db.Add(new RunJournalEntry { RunId = run.Id, Sequence = 1, At = s_day, Steps = new byte[100] });
            await db.SaveChangesAsync(Cancellation);
        }

        using var metering = new StorageMetering(
            _database.Get<IStorageMeter>(), Store, new LiveFeed(), new FakeTimeProvider(s_day), NullLogger<StorageMetering>.Instance);

        await using var context = _database.CreateContext();
        using var plans = new QueryPlans(context.Database.GetConnectionString()!, "RunJournal");
        Assert.Equal(1, await metering.MeasureAsync(Cancellation));
        var read = plans.Found.Count;
        Assert.True(read > 0);
        Assert.Equal(0, await metering.MeasureAsync(Cancellation));
        Assert.Equal(read, plans.Found.Count); // what is written for today is not read again in an hour
        var entry = Assert.Single((await Store.ListAsync(workspaceId, new UsageFilter(), new PageRequest(), Cancellation)).Items);
        Assert.Equal((UsageType.Storage, 108L, CostStatus.Free), (entry.Type, entry.Bytes, entry.CostStatus));
    }

    [Fact]
    public async Task List_PageByPage_GivesEachEntryOnceNewestFirst()
    {
        for (var index = 0; index < 7; index++)
        {
            await Store.TryAddAsync(Entry($"call-{index}", index, at: s_day.AddMinutes(index / 3)), Cancellation);
        }

        var seen = new List<UsageEntry>();
        Cursor? cursor = null;
        do
        {
            var page = await Store.ListAsync(_workspaceId, new UsageFilter(), new PageRequest(2, cursor), Cancellation);
            seen.AddRange(page.Items);
            cursor = page.Next is null ? null : PageRequest.Parse(2, page.Next).Value.Cursor;
        }
        while (cursor is not null);

        Assert.Equal(7, seen.Select(entry => entry.Id).Distinct().Count());
        Assert.Equal(seen.OrderByDescending(entry => entry.Timestamp).Select(entry => entry.Timestamp), seen.Select(entry => entry.Timestamp));
    }

    [Fact]
    public async Task Filter_Range_TakesFromInAndToOut()
    {
        await Store.TryAddAsync(Entry("before", 1, at: s_day.AddTicks(-1)), Cancellation);
        await Store.TryAddAsync(Entry("from", 1, at: s_day), Cancellation);
        await Store.TryAddAsync(Entry("to", 1, at: s_day.AddHours(1)), Cancellation);

        var page = await Store.ListAsync(
            _workspaceId, new UsageFilter { From = s_day, To = s_day.AddHours(1) }, new PageRequest(), Cancellation);

        Assert.Equal("from", Assert.Single(page.Items).CallId);
    }

    private UsageEntry Entry(
        string callId, long? cost, string? provider = null, string? model = null, Guid? userId = null, DateTime? at = null, Guid? workspaceId = null)
    {
        var draft = new UsageDraft
        {
            Type = UsageType.ApiCall,
            CallId = callId,
            Provider = provider,
            Model = model,
            InputTokens = 10,
            OutputTokens = 5,
            CostUnits = cost,
            CostStatus = cost is null ? CostStatus.Unpriced : CostStatus.Computed,
        };
        return UsageEntry.From(draft, workspaceId ?? _workspaceId, null, null, null, null, userId, at ?? s_day);
    }
}
