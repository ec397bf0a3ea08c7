using OtherThing.Core.Flows;
using OtherThing.Web.Features.Flows.Graph;

namespace OtherThing.Tests.Web.Flows.Graph;

public sealed class FlowPlacesTests
{
    [Fact]
    public void Of_FlowWithoutPlaces_CoversNothingAndReadsFromLeftToRight()
    {
        var flow = FlowDocument.Empty with
        {
            Steps =
            [
                new FlowStep { Id = "start", Type = "trigger.manual" },
                new FlowStep { Id = "each", Type = "logic.map" },
                new FlowStep { Id = "ask", Type = "data.set", Parent = "each" },
                new FlowStep { Id = "sum", Type = "data.set", Parent = "each" },
                new FlowStep { Id = "left", Type = "data.set" },
                new FlowStep { Id = "right", Type = "data.set" },
            ],
            Connections =
            [
                new() { From = "start", To = "each" }, new() { From = "ask", To = "sum" }, new() { From = "each", To = "left" },
                new() { From = "each", To = "right" },
            ],
        };

        var rects = FlowLayout.Of(FlowPlaces.Of(flow)).Rects;

        Assert.True(rects["start"].Right < rects["each"].X && rects["each"].Right < rects["left"].X && rects["left"].X == rects["right"].X);
        Assert.True(rects["ask"].Right < rects["sum"].X && rects["sum"].Right < rects["each"].Right && rects["ask"].Y > rects["each"].Y + 52);
        string[] top = ["start", "each", "left", "right"];
        Assert.All(top, one => Assert.DoesNotContain(top, other => one != other && Meets(rects[one], rects[other])));
    }

    [Fact]
    public void Of_FlowWithPlaces_IsTheFlowItself()
    {
        var flow = FlowDocument.Empty
            with
        { Steps = [new FlowStep { Id = "a", Type = "data.set" }, new FlowStep { Id = "b", Type = "data.set", Position = new(1, 0) }] };

        Assert.Same(flow, FlowPlaces.Of(flow));
    }

    private static bool Meets(FlowRect one, FlowRect other) => one.X < other.Right && other.X < one.Right && one.Y < other.Bottom && other.Y < one.Bottom;
}
