using OtherThing.Core.Tasks;
using OtherThing.Web.Features.Tasks;

namespace OtherThing.Tests.Web.Tasks;

public sealed class BoardModelTests
{
    private readonly TaskCard _a = Card(1, "A");
    private readonly TaskCard _b = Card(2, "B");
    private readonly TaskCard _c = Card(3, "C", TaskState.Done);
    private readonly BoardModel _board = new();

    public BoardModelTests() => Load();

    [Fact]
    public void Move_WithinAndAcross_NamesTheNeighbourItLandsBy()
    {
        Assert.Equal(new TaskPlace(TaskState.Todo, BeforeId: _a.Id), _board.Move(_b.Id, TaskState.Todo, 0));
        Assert.Equal(new TaskPlace(TaskState.Done, AfterId: _c.Id), _board.Move(_a.Id, TaskState.Done, int.MaxValue));
        Assert.Equal(new TaskPlace(TaskState.InProgress), _board.Move(_b.Id, TaskState.InProgress, 3));
        Assert.Equal(["C", "A"], Titles(TaskState.Done));
    }

    [Fact]
    public void Move_ToWhereItIs_TellsTheServerNothing()
    {
        Assert.Null(_board.Move(_a.Id, TaskState.Todo, 0));
        Assert.Null(_board.Move(_b.Id, TaskState.Todo, int.MaxValue));
        Assert.Null(_board.Move(Guid.NewGuid(), TaskState.Todo, 0));
    }

    [Fact]
    public void Keyboard_PickCarryDrop_SaysEachStepAndGivesThePlace()
    {
        Assert.Equal("T-1 A picked up. To do, position 1 of 2. Arrow keys move it, Space drops it, Escape puts it back.", _board.PickUp(_a.Id));
        Assert.Equal("To do, position 2 of 2", _board.Carry(1, 0));
        Assert.Equal("To do, position 2 of 2", _board.Carry(1, 0));
        Assert.Equal("In progress, position 1 of 1", _board.Carry(0, 1));
        Assert.Equal("Done, position 1 of 2", _board.Carry(0, 1));

        var dropped = _board.Drop();

        Assert.Equal(("T-1 A dropped. Done, position 1 of 2.", _a.Id, new TaskPlace(TaskState.Done, BeforeId: _c.Id)), dropped);
        Assert.Null(_board.CarriedId);
    }

    [Fact]
    public void Keyboard_Cancel_PutsItBack()
    {
        _board.PickUp(_a.Id);
        _board.Carry(1, 0);

        Assert.Equal("T-1 A put back. To do, position 1 of 2.", _board.Cancel());
        Assert.Equal(["A", "B"], Titles(TaskState.Todo));
        Assert.Null(_board.Drop());
    }

    [Fact]
    public void Load_WhileACardIsCarried_KeepsItInHand()
    {
        _board.PickUp(_a.Id);
        _board.Carry(0, 1);

        Load(); // somebody else changed something

        Assert.Equal(["A"], Titles(TaskState.InProgress));
        Assert.Equal(_a.Id, _board.CarriedId);
    }

    [Fact]
    public void Load_CarriedCardDeletedByAnother_LetsGo()
    {
        _board.PickUp(_a.Id);

        _board.Load([_b, _c], _ => true);

        Assert.Null(_board.CarriedId);
        Assert.Null(_board.Drop());
    }

    private void Load() => _board.Load([_a, _b, _c], _ => true);

    private string[] Titles(TaskState status) => [.. _board[status].Select(card => card.Title)];

    private static TaskCard Card(int number, string title, TaskState status = TaskState.Todo) => new(
        Guid.NewGuid(), number, title, status, Rank.First, null, TaskPriority.None, [], null, null, null, Guid.NewGuid());
}
