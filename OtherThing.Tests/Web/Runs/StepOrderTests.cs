using OtherThing.Core.Flows;
using OtherThing.Core.Runs;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Tests.Web.Runs;

public sealed class StepOrderTests
{
    private static readonly FlowDocument s_flow = FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "out", Type = "output", Position = new(900, 0) },
            new FlowStep { Id = "each", Type = "logic.map", Position = new(300, 0) },
            new FlowStep { Id = "sum", Type = "data.set", Parent = "each", Position = new(600, 60) },
            new FlowStep { Id = "ask", Type = "data.set", Parent = "each", Position = new(320, 60) },
            new FlowStep { Id = "start", Type = "trigger.manual" },
        ],
        Connections = [new() { From = "start", To = "each" }, new() { From = "each", To = "out" }, new() { From = "ask", To = "sum" }],
    };

    [Fact]
    public void Sort_ParallelItemsAndAttempts_ReadAsTheFlowDoes()
    {
        StepRun[] began = [
            At("out"), At("each[10]/ask"), At("gone"), At("each[2]/sum"), At("each[2]/ask", 2), At("each"), At("each[2]/ask"), At("start"),
            At("each[10]/sum")];

        var sorted = new StepOrder(s_flow).Sort(began);

        Assert.Equal(
            ["start", "each", "each[2]/ask", "each[2]/ask", "each[2]/sum", "each[10]/ask", "each[10]/sum", "out", "gone"], sorted.Select(step => step.Path));
        Assert.Equal([1, 2], sorted.Where(step => step.Path == "each[2]/ask").Select(step => step.Attempt));
    }

    [Fact]
    public void Sort_SameAttemptsOtherOrderThanLastTime_IsSortedAnew()
    {
        var order = new StepOrder(s_flow);
        Assert.Equal(["start", "each", "out"], order.Sort([At("out"), At("start"), At("each")]).Select(step => step.Path));

        Assert.Equal(["start", "each", "out"], order.Sort([At("start"), At("each"), At("out")]).Select(step => step.Path));
        Assert.Equal(["start", "each"], order.Sort([At("each"), At("start")]).Select(step => step.Path));
        Assert.Empty(order.Sort([]));
    }

    private static StepRun At(string path, int attempt = 1) => new()
    {
        Path = path,
        StepId = path.Split('/')[^1],
        Type = "data.set",
        Attempt = attempt,
        Status = StepRunStatus.Succeeded,
    };
}
