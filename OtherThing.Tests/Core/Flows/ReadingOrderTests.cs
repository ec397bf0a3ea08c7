using OtherThing.Core.Flows;

namespace OtherThing.Tests.Core.Flows;

public class ReadingOrderTests
{
    [Fact]
    public void Of_FlowInTwoRows_FollowsItsConnections() => Assert.Equal(
        ["a", "b", "c", "d"],
        Order([Step("d", 300, 200), Step("c", 0, 200), Step("b", 300, 0), Step("a", 0, 0)], "ab", "bc", "cd"));

    [Fact]
    public void Of_StepsThatNothingJoins_GoesByColumnsThenRows() => Assert.Equal(
        ["a", "b", "c"],
        Order([Step("c", 300, 0), Step("b", 20, 100), Step("a", 40, 0)]));

    [Fact]
    public void Of_Branches_GoesByPlaceAmongWhatIsReady() => Assert.Equal(
        ["a", "b", "d", "c", "e"],
        Order([Step("a", 0, 0), Step("b", 300, 0), Step("c", 600, 0), Step("d", 300, 200), Step("e", 600, 200)], "ab", "bc", "ad", "de"));

    [Fact]
    public void Of_Container_HasWhatIsInItRightBehind() => Assert.Equal(
        ["a", "b", "x", "y", "c"],
        Order([Step("y", 500, 100, "b"), Step("x", 200, 100, "b"), Step("c", 100, 300), Step("b", 300, 0), Step("a", 0, 0)], "ab", "bc", "xy"));

    [Fact]
    public void Of_BrokenDocument_NamesEachStepItCanReach() => Assert.Equal(
        ["a", "b", "c", "c"],
        Order([Step("c", 600, 0), Step("c", 600, 0), Step("b", 300, 0), Step("a", 0, 0), Step("lost", 0, 0, "nowhere")], "bc", "cb", "aa", "xa"));

    private static IEnumerable<string> Order(FlowStep[] steps, params string[] connections) => ReadingOrder.Of(FlowDocument.Empty with
    {
        Steps = steps,
        Connections = [.. connections.Select(pair => new FlowConnection { From = pair[..1], To = pair[1..] })],
    }).Select(each => each.Step.Id);

    private static FlowStep Step(string id, double x, double y, string? parent = null) =>
        new() { Id = id, Type = "data.set", Position = new(x, y), Parent = parent };
}
