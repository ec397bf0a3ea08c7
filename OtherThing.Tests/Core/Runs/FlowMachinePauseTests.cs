using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;
using static OtherThing.Tests.Core.Runs.Flows;

namespace OtherThing.Tests.Core.Runs;

public class FlowMachinePauseTests
{
    private static readonly Func<StartAttempt, StepOutcome> s_succeed = start => StepOutcome.Succeeded(Json.ToElement(start.Path));

    [Fact]
    public void Pause_LastStepAtWork_EndsTheRunWhenItIsDone()
    {
        var run = new MachineDriver(Flow([Step("start", "trigger.manual"), Http("a")], "start->a"), answer: s_succeed).Start();

        run.Machine.Pause();
        var status = run.Machine.Status;
        run.RunToEnd();

        Assert.Equal((RunStatus.Waiting, RunStatus.Succeeded), (status, run.Machine.Status));
    }

    [Fact]
    public void Pause_MapAtWork_StartsNoFurtherItem()
    {
        var flow =
            Flow([Step("start", "trigger.manual"), Step("each", "logic.map", """{"items":[1,2,3],"concurrency":1}"""), Http("one", "each")], "start->each");
        var run = new MachineDriver(flow, answer: s_succeed).Start();

        run.Machine.Pause();
        while (run.Step())
        {
        }

        Assert.Single(run.Started);
        run.Resume();
        run.RunToEnd();
        Assert.Equal(["each[0]/one", "each[1]/one", "each[2]/one"], run.Started.Select(start => start.Path));
    }

    [Fact]
    public void Pause_TimeThatCameMeanwhile_CountsOnResume()
    {
        var flow = Flow([Step("start", "trigger.manual"), Step("wait", "logic.wait", """{"seconds":5}"""), Set("a", "1")], "start->wait", "wait->a");
        var run = new MachineDriver(flow).Start();

        run.Machine.Pause();
        while (run.Step())
        {
        }

        Assert.Equal(RunStatus.Waiting, run.Machine.Status);
        run.Resume();
        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
    }

    [Fact]
    public void Pause_SurvivesACrash_WhatWasAtWorkGoesOnAndNothingElse()
    {
        var flow = Flow([Step("start", "trigger.manual"), Http("a"), Http("b"), Set("c", "1")], "start->a", "start->b", "a->c", "b->c");
        var run = new MachineDriver(flow, answer: s_succeed).Start();
        run.Step();
        run.Machine.Pause();

        run.Crash();
        run.Step();

        Assert.Equal((RunStatus.Waiting, true), (run.Machine.Status, run.Machine.Paused));
        Assert.DoesNotContain(run.Journal, step => step.Path == "c");
        run.Resume();
        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
        Assert.Single(run.Started, start => start is { Path: "b", Resumed: true });
    }

    [Fact]
    public void Cancel_OfAPausedRun_EndsIt()
    {
        var run = new MachineDriver(Flow([Step("start", "trigger.manual"), Http("a")], "start->a"), answer: s_succeed).Start();
        run.Machine.Pause();

        run.Cancel();

        Assert.Equal(RunStatus.Cancelled, run.Machine.Status);
    }
}
