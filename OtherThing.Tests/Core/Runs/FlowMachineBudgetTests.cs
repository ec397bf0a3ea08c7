using CsCheck;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;
using static OtherThing.Tests.Core.Runs.Flows;

namespace OtherThing.Tests.Core.Runs;

public class FlowMachineBudgetTests
{
    private static readonly RunBudget s_small = RunBudget.Default with { StepRuns = 1_000 };

    private static readonly string s_forty = $$"""{"items":[{{string.Join(',', Enumerable.Range(0, 40))}}]}""";

    [Fact]
    public void F17_StepRuns_FourNestedMapsOfForty_EndTheRunAtItsLimit()
    {
        var run = new MachineDriver(Nested("\"{{ input.items }}\""), s_forty, budget: s_small).Start().RunToEnd();

        Assert.Equal((RunStatus.Failed, "run.limit.steps"), (run.Machine.Status, run.Machine.Error?.Code));
        Assert.Contains("1,000 step runs", run.Machine.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("Runs:StepRuns", run.Machine.Error.Message, StringComparison.Ordinal);
        Assert.StartsWith("a", run.Machine.Error.Path, StringComparison.Ordinal);
        Assert.InRange(run.Journal.Count, 1, 2_500);
        Assert.DoesNotContain(run.Journal.GroupBy(step => step.Path), steps => !steps.Last().Status.IsFinal());
    }

    [Fact]
    public void F17_StepRuns_WrittenDownItems_AreRefusedBeforeAnythingIsMade()
    {
        var run = new MachineDriver(Nested(s_forty["{\"items\":".Length..^1]), budget: RunBudget.Default).Start();

        Assert.Equal("run.limit.steps", run.Machine.Error?.Code);
        Assert.Equal("a", run.Machine.Error?.Path);
        Assert.Equal(["start"], run.Journal.Select(step => step.Path));
    }

    [Fact]
    public void StepRuns_OneMoreThanTheLimit_EndsAndTheLimitItselfDoesNot()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("each", "logic.map", """{"items":"{{ input.items }}"}"""), Set("one", "1", "each"), Set("end", "1")],
            "start->each", "each->end");

        var enough = new MachineDriver(flow, s_forty, budget: s_small with { StepRuns = 43 }).Start().RunToEnd();
        var scarce = new MachineDriver(flow, s_forty, budget: s_small with { StepRuns = 42 }).Start().RunToEnd();

        Assert.Equal((RunStatus.Succeeded, 43), (enough.Machine.Status, enough.Machine.StepRuns));
        Assert.Equal(("run.limit.steps", "end"), (scarce.Machine.Error?.Code, scarce.Machine.Error?.Path));
    }

    [Fact]
    public void StepRuns_StepsThatGoOnAfterErrors_DoNotPassOverTheLimit()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"),
                Step("a", "logic.map", """{"items":"{{ input.items }}","onItemError":"skip"}""") with { OnError = OnError.Continue },
                Step("b", "logic.map", """{"items":"{{ input.items }}","onItemError":"skip"}""", "a") with { OnError = OnError.Continue },
                Set("one", "1", "b") with { OnError = OnError.Continue }],
            "start->a");

        var run = new MachineDriver(flow, s_forty, budget: s_small).Start().RunToEnd();

        Assert.Equal("run.limit.steps", run.Machine.Error?.Code);
    }

    [Fact]
    public void StepRuns_OfCalledRuns_CountAsTheCallers()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a"), Http("b")], "start->a", "a->b");

        var run = new MachineDriver(flow, answer: start => StepOutcome.Succeeded(Json.Null) with { StepRuns = 600 }, budget: s_small).Start().RunToEnd();

        Assert.Equal(("run.limit.steps", "b"), (run.Machine.Error?.Code, run.Machine.Error?.Path));
    }

    [Fact]
    public void F17_Values_DoublingInALoop_EndTheRunAtItsLimit()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("loop", "logic.loop", """{"while":"true","maxIterations":1000}"""),
                Set("v", """["{{ steps.v | default: input.items }}","{{ steps.v | default: input.items }}"]""", "loop")],
            "start->loop");

        var run = new MachineDriver(flow, s_forty, budget: RunBudget.Default with { ValueBytes = 1_048_576 }).Start().RunToEnd();

        Assert.Equal("run.limit.bytes", run.Machine.Error?.Code);
        Assert.Contains("1 MiB", run.Machine.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("loop", run.Machine.Error.Path!.Split('[')[0]);
    }

    [Theory]
    [InlineData("logic.loop", """{"while":"iteration < 500","maxIterations":500}""")]
    [InlineData("logic.map", """{"items":"{{ input.items }}"}""")]
    public void Values_NotNeededAnyMore_DoNotCount(string type, string config)
    {
        var text = new string('x', 10_000);
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("box", type, config), Set("v", $"\"{text}\"", "box"), Set("w", "\"{{ steps.v | size }}\"", "box")],
            "start->box", "v->w");

        var run = new MachineDriver(flow, s_forty, budget: RunBudget.Default with { ValueBytes = 200_000 }).Start().RunToEnd();

        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
        Assert.InRange(run.Machine.LiveBytes, 0, 20_000);
    }

    [Fact]
    public void Turns_OfAnyLength_GiveTheSameJournal() => Gen.Int[1, 50].Sample(
        steps =>
        {
            var flow = Nested("[1,2,3]");
            var whole = new MachineDriver(flow, budget: RunBudget.Default with { TurnSteps = int.MaxValue }).Start();
            var parts = new MachineDriver(flow, budget: RunBudget.Default with { TurnSteps = steps }).Start().RunToEnd();

            Assert.Equal(RunStatus.Succeeded, whole.Machine.Status);
            Assert.Equal(whole.Journal.Select(step => (step.Path, step.Status)), parts.Journal.Select(step => (step.Path, step.Status)));
            Assert.Equal(whole.Machine.Output.GetRawText(), parts.Machine.Output.GetRawText());
            Assert.Equal(whole.Machine.StepRuns, parts.Machine.StepRuns);
        },
        iter: 50);

    [Fact]
    public void Turns_CrashBetweenThem_GoesOnAndCountsNothingTwice() => Gen.Int[1, 30].Array[0, 6].Sample(
        turns =>
        {
            var flow = Nested("[1,2,3]");
            var run = new MachineDriver(flow, budget: RunBudget.Default with { TurnSteps = 7 }).Start();
            foreach (var count in turns)
            {
                for (var i = 0; i < count && run.Turn(); i++)
                {
                }

                if (!run.Machine.Status.IsFinal())
                {
                    run.Crash();
                }
            }

            run.RunToEnd();

            Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
            Assert.Equal(new MachineDriver(flow).Start().RunToEnd().Machine.StepRuns, run.Machine.StepRuns);
            Assert.Equal(81 + 1, run.Journal.Count(step => step is { Status: StepRunStatus.Succeeded } && step.Type != "logic.map"));
        },
        iter: 300);

    [Fact]
    public void Cancel_BetweenTurns_EndsTheRun()
    {
        var run = new MachineDriver(Nested("\"{{ input.items }}\""), s_forty, budget: RunBudget.Default with { TurnSteps = 10 }).Start();
        Assert.True(run.Turn());

        run.Cancel();
        var records = run.Journal.Count;

        Assert.Equal(RunStatus.Cancelled, run.Machine.Status);
        Assert.False(run.Turn());
        Assert.Equal(records, run.Journal.Count);
    }

    [Fact]
    public void Pause_BetweenTurns_BeginsNothingNewUntilResumed()
    {
        var run = new MachineDriver(Nested("[1,2,3]"), budget: RunBudget.Default with { TurnSteps = 10 }).Start();
        Assert.True(run.Turn());

        run.Machine.Pause();
        var records = run.Journal.Count;
        while (run.Turn())
        {
        }

        Assert.Equal(records, run.Journal.Count);
        Assert.Equal((RunStatus.Waiting, false), (run.Machine.Status, run.Machine.Unfinished));
        run.Resume();
        Assert.Equal(RunStatus.Succeeded, run.RunToEnd().Machine.Status);
    }

    /// <summary>Four maps in one another over the same items.</summary>
    private static FlowDocument Nested(string items)
    {
        var config = $$"""{"items":{{items}},"concurrency":40}""";
        return Flow(
            [Step("start", "trigger.manual"), Step("a", "logic.map", config), Step("b", "logic.map", config, "a"), Step("c", "logic.map", config, "b"),
                Step("d", "logic.map", config, "c"), Set("one", "\"{{ item }}\"", "d")],
            "start->a");
    }
}
