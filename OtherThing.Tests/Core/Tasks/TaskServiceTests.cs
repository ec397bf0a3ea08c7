using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Tasks;
using OtherThing.Data.Flows;
using OtherThing.Data.Tasks;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Tasks;

public sealed class TaskServiceTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new(services => services.AddTasksData().AddFlowsData().AddSingleton<TaskService>());
    private Guid _workspaceId;
    private Actor _owner = Actor.Anonymous;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TaskService Tasks => _database.Get<TaskService>();

    public async ValueTask InitializeAsync() => (_workspaceId, _owner) = await _database.AddWorkspaceAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task UpdateAsync_MemberOnAnothersCard_MayAssignButNotEditUntilItIsTheirs()
    {
        var member = await _database.AddMemberAsync(_workspaceId, Role.Member);
        var task = (await Tasks.CreateAsync(_owner, _workspaceId, new TaskDraft("A"), Cancellation)).Value;
        var edit = new TaskChange { Title = "B" };

        var before = await Tasks.UpdateAsync(member, _workspaceId, task.Id, edit, Cancellation);
        var assigned = await Tasks.UpdateAsync(member, _workspaceId, task.Id, new TaskChange { AssigneeId = member.UserId }, Cancellation);
        var after = await Tasks.UpdateAsync(member, _workspaceId, task.Id, edit, Cancellation);

        Assert.Equal("access.forbidden", before.Error?.Code);
        Assert.True(assigned.IsSuccess);
        Assert.Equal("B", after.Value.Title);
    }

    [Fact]
    public async Task UpdateAsync_AssignAndEditInOne_AsksForTheRightToEdit()
    {
        var member = await _database.AddMemberAsync(_workspaceId, Role.Member);
        var task = (await Tasks.CreateAsync(_owner, _workspaceId, new TaskDraft("A"), Cancellation)).Value;

        var both = new TaskChange { AssigneeId = member.UserId, Title = "Mine" };

        Assert.Equal("access.forbidden", (await Tasks.UpdateAsync(member, _workspaceId, task.Id, both, Cancellation)).Error?.Code);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(null)]
    public async Task CreateAsync_AssigneeWhoCannotWorkHere_IsRefused(Role? role)
    {
        var assignee = role is { } known
            ? (await _database.AddMemberAsync(_workspaceId, known)).UserId
            : await _database.AddUserAsync("Stranger");

        var made = await Tasks.CreateAsync(_owner, _workspaceId, new TaskDraft("A", AssigneeId: assignee), Cancellation);

        Assert.Equal("task.assignee_invalid", made.Error?.Code);
    }

    [Fact]
    public async Task CreateAsync_FlowOrNeighbourOfAnotherWorkspace_IsRefused()
    {
        var (elsewhere, _) = await _database.AddWorkspaceAsync("Elsewhere");
        var foreign = (await Tasks.CreateAsync(_owner, _workspaceId, new TaskDraft("A"), Cancellation)).Value;
        var admin = await _database.AddMemberAsync(elsewhere, Role.Admin);

        var besideForeign = await Tasks.CreateAsync(admin, elsewhere, new TaskDraft("B", BeforeId: foreign.Id), Cancellation);
        var ofNoFlow = await Tasks.CreateAsync(admin, elsewhere, new TaskDraft("B", FlowId: Guid.NewGuid()), Cancellation);

        Assert.Equal("task.neighbour_invalid", besideForeign.Error?.Code);
        Assert.Equal("task.flow_invalid", ofNoFlow.Error?.Code);
    }

    [Fact]
    public async Task GetAsync_CardOfAnotherWorkspace_IsNotFound()
    {
        var (elsewhere, other) = await _database.AddWorkspaceAsync("Elsewhere");
        var task = (await Tasks.CreateAsync(_owner, _workspaceId, new TaskDraft("A"), Cancellation)).Value;

        Assert.Equal("task.not_found", (await Tasks.GetAsync(other, elsewhere, task.Id, Cancellation)).Error?.Code);
        Assert.Equal("workspace.not_found", (await Tasks.GetAsync(other, _workspaceId, task.Id, Cancellation)).Error?.Code);
    }

    [Fact]
    public async Task DeleteAsync_MemberOnAnothersCardAssignedToThem_IsForbidden()
    {
        var member = await _database.AddMemberAsync(_workspaceId, Role.Member);
        var task = (await Tasks.CreateAsync(_owner, _workspaceId, new TaskDraft("A", AssigneeId: member.UserId), Cancellation)).Value;

        Assert.Equal("access.forbidden", (await Tasks.DeleteAsync(member, _workspaceId, task.Id, Cancellation)).Error?.Code);
    }

    [Fact]
    public async Task EveryWrite_IsSaidOnTheFeed()
    {
        using var heard = _database.Get<ILiveFeed>().Subscribe(Topic.Workspace(_workspaceId));

        var task = (await Tasks.CreateAsync(_owner, _workspaceId, new TaskDraft("A"), Cancellation)).Value;
        await Tasks.UpdateAsync(_owner, _workspaceId, task.Id, new TaskChange { Status = TaskState.Done }, Cancellation);
        await Tasks.DeleteAsync(_owner, _workspaceId, task.Id, Cancellation);

        for (var i = 0; i < 3; i++)
        {
            Assert.True(heard.Events.TryRead(out var happened));
            Assert.IsType<TasksChanged>(happened);
        }
    }

    [Theory]
    [InlineData("", null, "title")]
    [InlineData("two\nlines", null, "title")]
    [InlineData("fine", "", "labels")]
    [InlineData("fine", "a label that is far longer than thirty characters", "labels")]
    public async Task CreateAsync_BadField_NamesIt(string title, string? label, string field)
    {
        var draft = new TaskDraft(title, Labels: label is null ? null : [label]);

        var made = await Tasks.CreateAsync(_owner, _workspaceId, draft, Cancellation);

        Assert.Equal("task.invalid", made.Error?.Code);
        Assert.Equal(field, Assert.Single(made.Error!.Fields).Path);
    }
}
