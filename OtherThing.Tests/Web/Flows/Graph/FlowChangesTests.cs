using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Web.Features.Flows.Graph;

namespace OtherThing.Tests.Web.Flows.Graph;

public sealed class FlowChangesTests
{
    [Fact]
    public void Of_AddedRemovedAndChanged_AreInOnePictureAndCoverNothing()
    {
        FlowDocument Flow(params FlowStep[] steps) => FlowDocument.Empty with
        {
            Steps = steps,
            Connections = [.. steps.Skip(1).Select(step => new FlowConnection { From = steps[0].Id, To = step.Id })],
        };
        FlowStep Step(string id, double x, string? name = null) => new() { Id = id, Type = "data.set", Name = name, Position = new(x, 0) };
        var before = Flow(Step("a", 0), Step("b", 300), Step("c", 300));
        var after = Flow(Step("a", 0, "Renamed"), Step("d", 310));

        var changes = FlowChanges.Of(new FlowComparison(before, after, FlowDiff.Between(before, after)));

        Assert.Equal(["a", "d", "b", "c"], changes.Flow.Steps.Select(step => step.Id));
        Assert.Equal(
            ("changed", "added", "removed", "removed"),
            (changes.States["a"].Status, changes.States["d"].Status, changes.States["b"].Status, changes.States["c"].Status));
        Assert.Equal([("b", "removed"), ("c", "removed"), ("d", "added")], changes.Marks.Select(mark => (mark.Key.To, mark.Value)).Order());
        var rects = FlowLayout.Of(changes.Flow).Rects.Values.ToList();
        Assert.All(rects, one =>
            Assert.DoesNotContain(rects, other => other != one && one.X < other.Right && other.X < one.Right && one.Y < other.Bottom && other.Y < one.Bottom));
    }
}
