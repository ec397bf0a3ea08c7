using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;
using static OtherThing.Tests.Core.Runs.Flows;

namespace OtherThing.Tests.Core.Runs;

public class FlowMachineTests
{
    private static readonly Func<StartAttempt, StepOutcome> s_succeed = start => StepOutcome.Succeeded(Json.ToElement(new { from = start.Path }));

    [Fact]
    public void Start_OnlyPureSteps_EndsAtOnceWithTheOutput()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Set("a", """{"n":"{{ input.n }}"}"""), Step("out", "output", """{"value":"{{ steps.a.n }}"}""")],
            "start->a", "a->out");

        var run = new MachineDriver(flow, """{"n":7}""").Start();

        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
        Assert.Equal("7", run.Machine.Output.GetRawText());
        Assert.Equal(["start", "a", "out"], run.Journal.Select(step => step.Path));
    }

    [Fact]
    public void Start_PathNotTaken_IsSkippedAllTheWayDown()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("if", "logic.if", """{"condition":"input.ok"}"""), Set("yes", "1"), Set("no", "2"), Set("later", "3"),
                Set("end", "4")],
            "start->if", "if.true->yes", "if.false->no", "no->later", "yes->end", "later->end");

        var run = new MachineDriver(flow, """{"ok":true}""").Start();

        Assert.Equal(["no", "later"], run.Journal.Where(step => step.Status == StepRunStatus.Skipped).Select(step => step.Path));
        Assert.Contains(run.Journal, step => step is { Path: "end", Status: StepRunStatus.Succeeded });
    }

    [Fact]
    public void Start_IndependentEffects_AreStartedTogether()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a"), Http("b"), Http("c")], "start->a", "start->b", "start->c");

        var run = new MachineDriver(flow, answer: s_succeed).Start();

        Assert.Equal(["a", "b", "c"], run.Started.Select(start => start.Path));
        Assert.Equal(RunStatus.Running, run.Machine.Status);
    }

    [Fact]
    public void Complete_SameAttemptTwice_ChangesNothing()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a"), Http("b")], "start->a", "a->b");
        var run = new MachineDriver(flow, answer: s_succeed).Start();
        run.Machine.Complete("a", 1, StepOutcome.Succeeded(Json.ToElement(1)), run.Now);
        var first = run.Machine.TakeRecords().Count;

        run.Machine.Complete("a", 1, StepOutcome.Succeeded(Json.ToElement(2)), run.Now);

        Assert.True(first > 0);
        Assert.Empty(run.Machine.TakeRecords());
    }

    [Theory]
    [InlineData("fail", RunStatus.Failed, "")]
    [InlineData("continue", RunStatus.Succeeded, "next")]
    [InlineData("branch", RunStatus.Succeeded, "rescue")]
    public void Complete_Failure_FollowsThePolicy(string onError, RunStatus expected, string reached)
    {
        var policy = Enum.Parse<OnError>(onError, ignoreCase: true);
        var flow = Flow(
            [Step("start", "trigger.manual"), Http("a") with { OnError = policy }, Set("next", "1"),
                .. policy == OnError.Branch ? new[] { Set("rescue", "\"{{ steps.a.error.code }}\"") } : []],
            policy == OnError.Branch ? ["start->a", "a->next", "a.error->rescue"] : ["start->a", "a->next"]);

        var run = new MachineDriver(flow, answer: _ => StepOutcome.Failed("http.refused", "no")).Start().RunToEnd();

        Assert.Equal(expected, run.Machine.Status);
        Assert.Equal(reached, run.Journal.LastOrDefault(step => step.Type == "data.set" && step.Status == StepRunStatus.Succeeded)?.Path ?? "");
    }

    [Fact]
    public void Complete_FailureWithRetries_WaitsLongerEachTimeAndKeepsEveryAttempt()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a") with { Retry = new RetryPolicy(3, 2) }], "start->a");
        var calls = 0;

        var run =
            new MachineDriver(flow, answer: _ => ++calls < 4 ? StepOutcome.Failed("x", "no") : StepOutcome.Succeeded(Json.ToElement("ok"))).Start().RunToEnd();

        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
        Assert.Equal(
            [1, 2, 3, 4],
            run.Journal.Where(step => step is { Path: "a", Status: StepRunStatus.Failed or StepRunStatus.Succeeded }).Select(step => step.Attempt));
        var waits = run.Journal.Where(step => step.Status == StepRunStatus.Waiting).Select(step => (step.Due!.Value - step.StartedAt).TotalSeconds).ToArray();
        Assert.InRange(waits[0], 1, 2);
        Assert.InRange(waits[1], 2, 4);
        Assert.InRange(waits[2], 4, 8);
    }

    [Fact]
    public void Complete_UnknownFate_IsNotRetriedWhateverThePolicySays()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a") with { Retry = new RetryPolicy(5, 0) }], "start->a");

        var run = new MachineDriver(flow, answer: _ => StepOutcome.Unknown("x", "who knows")).Start().RunToEnd();

        Assert.Equal(RunStatus.Failed, run.Machine.Status);
        Assert.Single(run.Started);
        Assert.Equal(StepRunStatus.Unknown, run.Journal.Last(step => step.Path == "a").Status);
    }

    [Fact]
    public void Map_ThreeNestedMapsOfThree_Gives27RightResults()
    {
        const string items = """{"items":[0,1,2]}""";
        var flow = Flow(
            [
                Step("start", "trigger.manual"),
                Step("a", "logic.map", items),
                Step("b", "logic.map", """{"items":"{{ steps.pa }}"}""", "a"), Set("pa", """["{{ item }}0","{{ item }}1","{{ item }}2"]""", "a"),
                Step("c", "logic.map", """{"items":["x","y","z"]}""", "b"), Set("pb", "\"{{ item }}\"", "b"),
                Set("leaf", "\"{{ steps.pb }}{{ item }}\"", "c"),
            ],
            "start->a", "pa->b", "pb->c");

        var run = new MachineDriver(flow).Start();

        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
        var leaves = run.Machine.Output.EnumerateArray()
            .SelectMany(b => b.EnumerateArray().SelectMany(c => c.EnumerateArray()))
            .Select(leaf => leaf.GetString())
            .ToArray();
        var expected = from i in "012" from j in "012" from k in "xyz" select $"{i}{j}{k}";
        Assert.Equal(expected, leaves);
        Assert.Contains(run.Journal, step => step.Path == "a[2]/b[1]/c[0]/leaf");
    }

    [Fact]
    public void Map_Concurrency_BoundsWhatIsAtWork()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("each", "logic.map", """{"items":[1,2,3,4,5],"concurrency":2}"""), Http("call", "each")], "start->each");

        var run = new MachineDriver(flow, answer: s_succeed).Start();

        Assert.Equal(["each[0]/call", "each[1]/call"], run.Started.Select(start => start.Path));
        run.RunToEnd();
        Assert.Equal(5, run.Started.Count);
    }

    [Theory]
    [InlineData("fail", "")]
    [InlineData("continue", "[1,null,3]")]
    [InlineData("skip", "[1,3]")]
    public void Map_FailedItem_DoesWhatItsPolicySays(string policy, string expected)
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("each", "logic.map", $$"""{"items":[1,2,3],"onItemError":"{{policy}}"}"""), Http("call", "each"),
                Set("give", "\"{{ item }}\"", "each")],
            "start->each", "call->give");

        var run = new MachineDriver(flow, answer: start => start.Path == "each[1]/call" ? StepOutcome.Failed("x", "no") : s_succeed(start)).Start().RunToEnd();

        Assert.Equal(expected.Length == 0 ? RunStatus.Failed : RunStatus.Succeeded, run.Machine.Status);
        Assert.Equal(expected.Length == 0 ? "null" : expected, run.Machine.Output.GetRawText());
    }

    [Fact]
    public void Loop_CarriesWhatTheIterationBeforePutOut()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("again", "logic.loop", """{"while":"iteration < 4"}"""),
                Set("sum", "\"{{ steps.sum | default: 0 | plus: iteration }}\"", "again")],
            "start->again");

        var run = new MachineDriver(flow).Start();

        Assert.Equal("6", run.Machine.Output.GetRawText());
        Assert.Equal(
            ["again[0]/sum", "again[1]/sum", "again[2]/sum", "again[3]/sum"], run.Journal.Where(step => step.StepId == "sum").Select(step => step.Path));
    }

    [Fact]
    public void Loop_MaxIterations_EndsIt()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("again", "logic.loop", """{"while":"true","maxIterations":3}"""), Set("a", "\"{{ iteration }}\"", "again")],
            "start->again");

        var run = new MachineDriver(flow).Start();

        Assert.Equal("2", run.Machine.Output.GetRawText());
    }

    [Fact]
    public void Join_Any_GoesOnWithTheFirstBranch()
    {
        var flow =
            Flow([Step("start", "trigger.manual"), Http("slow"), Http("fast"), Step("first", "logic.join", """{"mode":"any"}"""),
                Set("end", "\"{{ steps.first | keys | join: ',' }}\"")], "start->slow", "start->fast", "slow->first", "fast->first", "first->end");
        var run = new MachineDriver(flow, answer: s_succeed).Start();

        run.Machine.Complete("fast", 1, StepOutcome.Succeeded(Json.ToElement(1)), run.Now);

        Assert.Contains(
            run.Machine.TakeRecords(), step => step is { Path: "end", Status: StepRunStatus.Succeeded } && step.Output!.Value.GetString() == "fast");
    }

    [Fact]
    public void Wait_ElapsesAtItsTime_NotBefore()
    {
        var flow = Flow([Step("start", "trigger.manual"), Step("wait", "logic.wait", """{"seconds":60}""")], "start->wait");
        var run = new MachineDriver(flow).Start();
        Assert.Equal(RunStatus.Waiting, run.Machine.Status);

        run.Machine.Elapse("wait", run.Now.AddSeconds(59));
        Assert.Equal(RunStatus.Waiting, run.Machine.Status);
        run.RunToEnd();

        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
    }

    [Fact]
    public void ElapseDue_ManyWaits_EndsThoseWhoseTimeHasComeAndNoOther()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("a", "logic.wait", """{"seconds":1}"""), Step("b", "logic.wait", """{"seconds":1}"""),
                Step("c", "logic.wait", """{"seconds":2}""")],
            "start->a", "start->b", "start->c");
        var run = new MachineDriver(flow).Start();
        run.Machine.TakeRecords();

        run.Machine.ElapseDue(run.Now.AddSeconds(1));

        Assert.Equal(["a", "b"], run.Machine.TakeRecords().Select(step => step.Path).Order());
        Assert.Equal(RunStatus.Waiting, run.Machine.Status);
    }

    [Fact]
    public void Cancel_WithWorkAtHand_StopsItAndStaysCancelled()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a"), Http("b")], "start->a", "a->b");
        var run = new MachineDriver(flow, answer: s_succeed).Start();

        run.Cancel();
        run.Machine.Complete("a", 1, StepOutcome.Succeeded(Json.ToElement(1)), run.Now);

        Assert.Equal(RunStatus.Cancelled, run.Machine.Status);
        Assert.Equal(StepRunStatus.Cancelled, run.Journal.Last(step => step.Path == "a").Status);
        Assert.Single(run.Started);
    }

    [Fact]
    public void Start_FromMemory_RepeatsNothingThatEnded()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a"), Http("b"), Http("c")], "start->a", "a->b", "b->c");
        var run = new MachineDriver(flow, answer: s_succeed).Start();
        run.Step();

        run.Crash();
        run.RunToEnd();

        Assert.Equal(["a", "b", "b", "c"], run.Started.Select(start => start.Path));
        Assert.Equal([false, false, true, false], run.Started.Select(start => start.Resumed));
    }

    [Fact]
    public void Start_TakingOver_CallsNothingBeforeTheStepAgain()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a"), Http("b"), Http("c")], "start->a", "a->b", "b->c");
        var first = new MachineDriver(flow, answer: s_succeed).Start().RunToEnd();
        var again = first.Plan.OnOrBehind("b");

        var second = new MachineDriver(flow, answer: s_succeed)
            .Start(first.Journal.Where(step => step.Status == StepRunStatus.Succeeded && !again.Contains(step.StepId)), takingOver: true).RunToEnd();

        Assert.Equal(["b", "c"], second.Started.Select(start => start.Path));
        Assert.True(second.Journal.Single(step => step.Path == "a").TakenOver);
    }

    [Fact]
    public void Start_TemplateReadsWhatIsNotThere_FailsNamingStepFieldAndPath()
    {
        var flow = Flow([Step("start", "trigger.manual"), Set("a", """{"x":"{{ input.nope.deep }}"}""")], "start->a");

        var run = new MachineDriver(flow).Start();

        Assert.Equal(RunStatus.Failed, run.Machine.Status);
        Assert.Equal("a", run.Machine.Error!.Path);
        Assert.Contains("value.x", run.Machine.Error.Message, StringComparison.Ordinal);
        Assert.Contains("input.nope", run.Machine.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Switch_ValueOfACase_LeavesByItsPort()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("sw", "logic.switch", """{"value":"{{ input.k }}","cases":["a",2]}"""), Set("two", "2"), Set("other", "0")],
            "start->sw", "sw.2->two", "sw.default->other");

        var run = new MachineDriver(flow, JsonSerializer.Serialize(new { k = 2 })).Start();

        Assert.Contains(run.Journal, step => step is { Path: "two", Status: StepRunStatus.Succeeded });
        Assert.Contains(run.Journal, step => step is { Path: "other", Status: StepRunStatus.Skipped });
    }

    [Fact]
    public void Approval_WaitsAndAsksAgainAfterACrashAndWhenItsTimeIsUp_UntilItIsAnswered()
    {
        var flow = Flow(
            [Step("start", "trigger.manual"), Step("ask", "human.approval", """{"title":"Go on?","timeoutSeconds":60}"""), Set("yes", "1"), Set("no", "2")],
            "start->ask", "ask.approved->yes", "ask.rejected->no");
        var run = new MachineDriver(flow).Start();
        Assert.Equal(RunStatus.Waiting, run.Machine.Status);
        Assert.Equal(StepRunStatus.Waiting, run.Journal[^1].Status);

        run.Crash();
        run.Machine.Elapse("ask", run.Now.AddSeconds(60));
        Assert.Equal(["ask"], run.Machine.TakeCommands().OfType<AskPerson>().Select(ask => ask.Path));
        Assert.Equal(RunStatus.Waiting, run.Machine.Status); // whether a decision came in time is not the machine's to say

        run.Machine.Complete("ask", 1, StepOutcome.Succeeded(Json.EmptyObject, "approved"), run.Now.AddSeconds(61));
        run.Machine.Complete("ask", 1, StepOutcome.Succeeded(Json.EmptyObject, "rejected"), run.Now.AddSeconds(62));

        Assert.Equal(2, run.Started.Count(start => start is AskPerson { Path: "ask", Attempt: 1 }));
        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
        Assert.Equal("1", run.Machine.Output.GetRawText());
    }

    [Fact]
    public void Approval_CannotBeAsked_FailsByThePolicyWithoutARetry()
    {
        var flow =
            Flow([Step("start", "trigger.manual"), Step("ask", "human.approval", """{"title":"Go on?"}""") with { Retry = new RetryPolicy(3) }], "start->ask");

        var run = new MachineDriver(flow, answer: _ => StepOutcome.Failed("approval.assignee_invalid", "Nobody.")).Start().RunToEnd();

        Assert.Equal(RunStatus.Failed, run.Machine.Status);
        Assert.Single(run.Started);
    }
}
