using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Data;
using OtherThing.Data.Access;
using OtherThing.Data.Flows;
using OtherThing.Data.Tasks;
using OtherThing.Data.Workspaces;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Tasks;

public sealed class TaskStoreTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new(services => services.AddTasksData().AddFlowsData().AddSingleton<TaskService>());
    private Guid _workspaceId;
    private Actor _owner = Actor.Anonymous;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TaskService Tasks => _database.Get<TaskService>();

    public async ValueTask InitializeAsync() => (_workspaceId, _owner) = await _database.AddWorkspaceAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task CreateAsync_SixtyAtOnce_CountsEachOnceAndGivesEachAPlace()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => AddAsync($"Card {i}")));

        Assert.Equal(Enumerable.Range(1, 60), made.Select(task => task.Number).Order());
        var board = await BoardAsync();
        Assert.Equal(60, board.Select(card => card.Rank).Distinct().Count());
        Assert.Equal(board.Select(card => card.Rank).Order(StringComparer.Ordinal), board.Select(card => card.Rank));
    }

    [Fact]
    public async Task CreateAsync_FortyAtOnceFromTwoProcesses_AreFortyCards()
    {
        // A second process on the same file: its write lane is another one.
        await using var other = new ServiceCollection().AddLogging().AddTasksData().AddFlowsData().AddSingleton<TaskService>().AddCore()
            .AddDatabase(DatabaseOptions.SqliteIn(_database.DirectoryPath)).AddAccessData().AddWorkspacesData().AddWorkspaceServices().BuildServiceProvider();
        var services = new[] { Tasks, other.GetRequiredService<TaskService>() };

        var made = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(
            () => services[i % 2].CreateAsync(_owner, _workspaceId, new TaskDraft($"Card {i}"), Cancellation), Cancellation)));

        Assert.All(made, card => Assert.True(card.IsSuccess, card.Error?.ToString()));
        Assert.Equal(Enumerable.Range(1, 40), made.Select(card => card.Value.Number).Order());
        Assert.Equal(40, (await BoardAsync()).Select(card => card.Rank).Distinct().Count());
    }

    [Fact]
    public async Task CreateAsync_AfterTheWorkspaceWasSavedFromAnOldReading_CountsOn()
    {
        var workspaces = _database.Get<WorkspaceService>();
        await AddAsync("A");
        await AddAsync("B");

        var renamed = await workspaces.UpdateAsync(_owner, _workspaceId, new WorkspaceChange(Name: "Renamed"), Cancellation);

        Assert.True(renamed.IsSuccess, renamed.Error?.ToString());
        Assert.Equal(3, (await AddAsync("C")).Number);
    }

    [Fact]
    public async Task UpdateAsync_Moves_PutTheCardRightBeforeOrAfterTheOther()
    {
        var (a, b, c) = (await AddAsync("A"), await AddAsync("B"), await AddAsync("C"));

        await MoveAsync(c, TaskState.Todo, before: a);
        Assert.Equal(["C", "A", "B"], await TitlesAsync(TaskState.Todo));
        await MoveAsync(c, TaskState.Todo, after: a);
        Assert.Equal(["A", "C", "B"], await TitlesAsync(TaskState.Todo));
        await MoveAsync(b, TaskState.Done);
        Assert.Equal(["B"], await TitlesAsync(TaskState.Done));
        await MoveAsync(a, TaskState.Done, before: b);
        Assert.Equal(["A", "B"], await TitlesAsync(TaskState.Done));
    }

    [Fact]
    public async Task UpdateAsync_NeighbourLeftTheColumn_GoesToItsEnd()
    {
        var (a, b, c) = (await AddAsync("A"), await AddAsync("B"), await AddAsync("C"));
        await MoveAsync(b, TaskState.InProgress);

        var moved = await MoveAsync(a, TaskState.Todo, before: b);

        Assert.True(moved.IsSuccess);
        Assert.Equal(["C", "A"], await TitlesAsync(TaskState.Todo));
        Assert.NotEqual(c.Id, a.Id);
    }

    [Fact]
    public async Task UpdateAsync_HundredMovesIntoOneGapAtOnce_LosesNoneAndSharesNoPlace()
    {
        var (first, last) = (await AddAsync("first"), await AddAsync("last"));
        var cards = new List<TaskItem>();
        for (var i = 0; i < 20; i++)
        {
            cards.Add(await AddAsync($"Card {i}"));
        }

        var moves = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            MoveAsync(cards[i % cards.Count], TaskState.Todo, before: last, after: first)));

        Assert.All(moves, move => Assert.True(move.IsSuccess || move.Error!.Code == "task.changed", move.Error?.ToString()));
        var board = await BoardAsync();
        Assert.Equal(22, board.Count);
        Assert.Equal(22, board.Select(card => card.Rank).Distinct().Count());
        Assert.Equal(("first", "last"), (board[0].Title, board[^1].Title));
    }

    [Fact]
    public async Task UpdateAsync_ManyMovesIntoOneGap_RenumbersAndKeepsTheOrder()
    {
        var (top, a, b) = (await AddAsync("top"), await AddAsync("A"), await AddAsync("B"));
        for (var i = 0; i < 600; i++)
        {
            // Each time the lower of the two goes right under the top one: the gap halves.
            Assert.True((await MoveAsync(i % 2 == 0 ? b : a, TaskState.Todo, after: top)).IsSuccess);
        }

        Assert.Equal(["top", "A", "B"], await TitlesAsync(TaskState.Todo));
        Assert.All(await BoardAsync(), card => Assert.True(card.Rank.Length <= Rank.MaxLength));
    }

    [Fact]
    public async Task UpdateAsync_TwoPeopleDifferentFields_KeepsBoth()
    {
        var task = await AddAsync("A");

        await Task.WhenAll(
            UpdateAsync(task, new TaskChange { Title = "New title" }),
            UpdateAsync(task, new TaskChange { Priority = TaskPriority.High }),
            UpdateAsync(task, new TaskChange { DueDate = new DateOnly(2030, 1, 2) }));

        var saved = (await Tasks.GetAsync(_owner, _workspaceId, task.Id, Cancellation)).Value;
        Assert.Equal(("New title", TaskPriority.High, new DateOnly(2030, 1, 2)), (saved.Title, saved.Priority, saved.DueDate));
    }

    [Fact]
    public async Task UpdateAsync_FromAnOldVersion_IsRefusedAndChangesNothing()
    {
        var task = await AddAsync("A");
        await UpdateAsync(task, new TaskChange { Title = "First" });

        var late = await UpdateAsync(task, new TaskChange { Title = "Second", Version = task.Version });

        Assert.Equal("task.changed", late.Error?.Code);
        Assert.Equal(["First"], await TitlesAsync(TaskState.Todo));
    }

    [Fact]
    public async Task DeleteAsync_ThenRestore_BringsItBackToItsPlaceAndNumberIsNotUsedTwice()
    {
        var (_, b, _) = (await AddAsync("A"), await AddAsync("B"), await AddAsync("C"));
        await Tasks.DeleteAsync(_owner, _workspaceId, b.Id, Cancellation);
        Assert.Equal(["A", "C"], await TitlesAsync(TaskState.Todo));
        Assert.Equal("task.not_found", (await Tasks.GetAsync(_owner, _workspaceId, b.Id, Cancellation)).Error?.Code);

        var next = await AddAsync("D");
        await Tasks.RestoreAsync(_owner, _workspaceId, b.Id, Cancellation);

        Assert.Equal(4, next.Number);
        Assert.Equal(["A", "B", "C", "D"], await TitlesAsync(TaskState.Todo));
    }

    [Fact]
    public async Task ListAsync_PagesAndFilters_ReturnEachMatchOnce()
    {
        for (var i = 0; i < 7; i++)
        {
            await AddAsync($"Card {i}");
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await Tasks.ListAsync(_owner, _workspaceId, new TaskFilter(Text: "Card"), PageRequest.Parse(3, cursor).Value, Cancellation)).Value;
            seen.AddRange(page.Items.Select(task => task.Title));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(["Card 6", "Card 5", "Card 4", "Card 3", "Card 2", "Card 1", "Card 0"], seen);
        var done = await Tasks.ListAsync(_owner, _workspaceId, new TaskFilter(TaskState.Done), new PageRequest(), Cancellation);
        Assert.Empty(done.Value.Items);
    }

    [Theory]
    [InlineData("ÄRGER", "Ärger")]
    [InlineData("fix THE", "Fix the parser")]
    [InlineData("50%", "50% off")]
    [InlineData("_", "")]
    public async Task ListAsync_WordsInOtherLetters_AreFound(string text, string expected)
    {
        foreach (var title in new[] { "Ärger", "Fix the parser", "50% off" })
        {
            await AddAsync(title);
        }

        var found = (await Tasks.ListAsync(_owner, _workspaceId, new TaskFilter(Text: text), new PageRequest(), Cancellation)).Value;

        Assert.Equal(expected, string.Join(", ", found.Items.Select(task => task.Title)));
    }

    private async Task<TaskItem> AddAsync(string title) =>
        (await Tasks.CreateAsync(_owner, _workspaceId, new TaskDraft(title), Cancellation)).Value;

    private Task<Result<TaskItem>> UpdateAsync(TaskItem task, TaskChange change) =>
        Tasks.UpdateAsync(_owner, _workspaceId, task.Id, change, Cancellation);

    private Task<Result<TaskItem>> MoveAsync(TaskItem task, TaskState status, TaskItem? before = null, TaskItem? after = null) =>
        UpdateAsync(task, new TaskChange { Status = status, BeforeId = before?.Id, AfterId = after?.Id });

    private async Task<IReadOnlyList<TaskCard>> BoardAsync() => (await Tasks.ListBoardAsync(_owner, _workspaceId, Cancellation)).Value;

    private async Task<string[]> TitlesAsync(TaskState status) =>
        [.. (await BoardAsync()).Where(card => card.Status == status).Select(card => card.Title)];
}
