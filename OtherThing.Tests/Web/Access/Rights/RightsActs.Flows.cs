using System.Text.Json;
using OtherThing.Core.Approvals;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Exchange;
using OtherThing.Core.Flows.Gallery;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Triggers;

namespace OtherThing.Tests.Web.Access.Rights;

internal static partial class RightsActs
{
    private static readonly JsonElement s_one = JsonElement.Parse("1");

    private static readonly FlowDocument s_definition = FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual" }] };

    private static readonly JsonElement s_document = JsonElement.Parse("""{"steps":[{"id":"start","type":"trigger.manual"}],"connections":[]}""");

    private static IEnumerable<RightsAct> OfFlows()
    {
        yield return new("A27", "FlowService.ListAsync", call => Told(call.Get<FlowService>().ListAsync(call.Actor, call.WorkspaceId, s_page, Cancel)))
        { Endpoint = "ListFlows", Line = _ => "flows" };
        yield return OnFlow("A27", "FlowService.GetAsync", call => Told(call.Get<FlowService>().GetAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Endpoint = "GetFlow" };
        yield return new("A28", "FlowService.CreateAsync", call =>
            Told(call.Get<FlowService>().CreateAsync(call.Actor, call.WorkspaceId, "New", "", s_definition, Cancel)))
        { Endpoint = "CreateFlow", Body = _ => new { name = "New", description = "", flow = s_document } };
        yield return OnFlow("A28", "FlowService.UpdateAsync", call =>
            Told(call.Get<FlowService>().UpdateAsync(call.Actor, call.WorkspaceId, call.Thing, new FlowUpdate("Renamed"), null, false, Cancel)))
            with
        { Endpoint = "UpdateFlow", Body = _ => new { name = "Renamed" } };
        yield return OnFlow("A28", "FlowService.SaveDraftAsync", call =>
            Told(call.Get<FlowService>().SaveDraftAsync(call.Actor, call.WorkspaceId, call.Thing, s_definition, "", 1, Cancel)));
        yield return OnFlow(
            "A28", "FlowService.DuplicateAsync", call => Told(call.Get<FlowService>().DuplicateAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Endpoint = "DuplicateFlow" };
        yield return new("A28", "FlowService.ImportAsync", call => Told(call.Get<FlowService>().ImportAsync(
            call.Actor, call.WorkspaceId, FlowImport.Read(FlowFile.Write("In", "", s_definition)), null, Cancel)))
        { Endpoint = "ImportFlow", Body = _ => JsonElement.Parse(FlowFile.Write("In", "", s_definition)) };
        yield return OnFlow(
            "A32", "FlowService.ExportAsync", call => Told(call.Get<FlowService>().ExportAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Endpoint = "ExportFlow" };
        yield return OnFlow("A31", "FlowService.DeleteAsync", call => call.Get<FlowService>().DeleteAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel))
            with
        { Endpoint = "DeleteFlow" };
        yield return OnFlow("A29", "FlowService.PublishAsync", PublishAsync) with { Endpoint = "PublishFlow" };
        yield return OnFlow("A28", "FlowSettingsService.UpdateAsync", call => Told(call.Get<FlowSettingsService>().UpdateAsync(
            call.Actor, call.WorkspaceId, call.Thing, new FlowSettingsChange { MaxConcurrentRuns = new Optional<int?>(3) }, Cancel)))
            with
        { Endpoint = "UpdateFlow", Body = _ => new { settings = new { maxConcurrentRuns = 3 } } };
        yield return OnFlow("A27", "FlowVersionService.ListAsync", call =>
            Told(call.Get<FlowVersionService>().ListAsync(call.Actor, call.WorkspaceId, call.Thing, s_page, Cancel)))
            with
        { Endpoint = "ListFlowVersions" };
        yield return OnFlow(
            "A27", "FlowVersionService.GetAsync", call => Told(call.Get<FlowVersionService>().GetAsync(call.Actor, call.WorkspaceId, call.Thing, 77, Cancel)))
            with
        { Answer = "flow.version_not_found", Endpoint = "GetFlowVersion", Address = _ => new() { ["version"] = 77 } };
        yield return OnFlow("A27", "FlowVersionService.CompareAsync", call => Told(call.Get<FlowVersionService>().CompareAsync(
            call.Actor, call.WorkspaceId, call.Thing, FlowVersionChoice.Draft, FlowVersionChoice.Draft, Cancel)))
            with
        { Endpoint = "CompareFlowVersions", Address = _ => new() { ["version"] = "draft", ["other"] = "draft" } };
        yield return OnFlow("A28", "FlowVersionService.RestoreAsync", call =>
            Told(call.Get<FlowVersionService>().RestoreAsync(call.Actor, call.WorkspaceId, call.Thing, 77, Cancel)))
            with
        { Answer = "flow.version_not_found", Endpoint = "RestoreFlowVersion", Address = _ => new() { ["version"] = 77 } };
        yield return new("A27", "FlowGalleryService.ListAsync", call => Told(call.Get<FlowGalleryService>().ListAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Endpoint = "ListFlowTemplates" };
        yield return new("A28", "FlowGalleryService.CreateAsync", call =>
            Told(call.Get<FlowGalleryService>().CreateAsync(call.Actor, call.WorkspaceId, FlowGallery.All[0].Id, null, Cancel)))
        { Endpoint = "CreateFlowFromTemplate", Address = _ => new() { ["templateId"] = FlowGallery.All[0].Id } };
        yield return OnFlow("A27", "FlowSessions.OpenAsync", async call =>
        {
            var opened = await call.Get<FlowSessions>().OpenAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel);
            if (opened.IsSuccess)
            {
                await opened.Value.DisposeAsync();
            }

            return opened.Error;
        });
        yield return Edits("FlowEditor.ApplyAsync", editor => Told(editor.ApplyAsync("act", [new RenameStep("done", "Result")], Cancel)));
        yield return Edits("FlowEditor.ReplayAsync", editor => Told(editor.ReplayAsync("act", [new RenameStep("done", "Result")], Cancel)));
        yield return OnFlow("A27", "PinService.ListAsync", call => Told(call.Get<PinService>().ListAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Endpoint = "ListPins" };
        yield return OnFlow("A28", "PinService.PinAsync", call =>
            Told(call.Get<PinService>().PinAsync(call.Actor, call.WorkspaceId, call.Thing, "done", s_one, null, Cancel)))
            with
        { Endpoint = "PinStep", Address = _ => new() { ["stepId"] = "done" }, Body = _ => new { output = 1 } };
        yield return OnFlow("A28", "PinService.UnpinAsync", call => call.Get<PinService>().UnpinAsync(call.Actor, call.WorkspaceId, call.Thing, "done", Cancel))
            with
        { Answer = "flow.pin_not_found", Endpoint = "UnpinStep", Address = _ => new() { ["stepId"] = "done" } };
        yield return OnFlow("A27", "SavedTestService.ListAsync", call =>
            Told(call.Get<SavedTestService>().ListAsync(call.Actor, call.WorkspaceId, call.Thing, s_page, Cancel)))
            with
        { Endpoint = "ListFlowTests" };
        yield return OnTest("A27", "SavedTestService.GetAsync", call =>
            Told(call.Get<SavedTestService>().GetAsync(call.Actor, call.WorkspaceId, FlowOf(call), call.Thing, Cancel)), "GetFlowTest");
        yield return OnRun("A28", "SavedTestService.SaveRunAsync", call =>
            Told(call.Get<SavedTestService>().SaveRunAsync(call.Actor, call.WorkspaceId, FlowOf(call), call.Thing, "Test", Cancel)))
            with
        { Endpoint = "SaveRunAsTest", Address = call => new() { ["flowId"] = FlowOf(call) }, Body = call => new { runId = call.Thing, name = "Test" } };
        yield return OnTest(
            "A28", "SavedTestService.UpdateAsync", call =>
                Told(call.Get<SavedTestService>().UpdateAsync(call.Actor, call.WorkspaceId, FlowOf(call), call.Thing, new SavedTestUpdate("Other"), Cancel)),
            "UpdateFlowTest") with
        { Body = _ => new { name = "Other" } };
        yield return OnTest("A28", "SavedTestService.DeleteAsync", call =>
            call.Get<SavedTestService>().DeleteAsync(call.Actor, call.WorkspaceId, FlowOf(call), call.Thing, Cancel), "DeleteFlowTest");
        yield return OnTest(
            "A37", "SavedTestRuns.RunAsync",
            call => Told(call.Get<SavedTestRuns>().RunAsync(call.Actor, call.WorkspaceId, FlowOf(call), [call.Thing], FlowVersionChoice.Draft, Cancel)),
            "RunFlowTests") with
        { Body = call => new { tests = new[] { call.Thing } } };
    }

    private static Task<Error?> SwitchAsync(RightsCall call, bool on) =>
        call.Get<TriggerService>().SwitchAsync(call.Actor, call.WorkspaceId, call.Thing, "hook", on, Cancel);

    private static IEnumerable<RightsAct> OfTriggers()
    {
        yield return OnFlow("A27", "TriggerService.DescribeAsync", async call =>
        {
            var flow = (await call.Get<IFlowStore>().FindAsync(call.Scene.WorkspaceId, call.Thing, Cancel))!;
            return (await call.Get<TriggerService>().DescribeAsync(call.Actor, call.WorkspaceId, flow, Cancel)).Error;
        });
        yield return OnFlow("A27", "TriggerService.DescribeAsync", call =>
            Told(call.Get<TriggerService>().DescribeAsync(call.Actor, call.WorkspaceId, [(call.Thing, call.Scene.Other.Id)], Cancel)));
        yield return new("A34", "TriggerService.RotateAsync", call =>
            Told(call.Get<TriggerService>().RotateAsync(call.Actor, call.WorkspaceId, call.Thing, "hook", Cancel)))
        { Make = (scene, maker) => scene.PublishedHookAsync(maker), Endpoint = "RotateWebhookAddress", Address = _ => new() { ["stepId"] = "hook" } };
        yield return OnFlow("A27", "FlowFactService.ReadAsync", call =>
            Told(call.Get<FlowFactService>().ReadAsync(call.Actor, call.WorkspaceId, FlowDocument.Empty, Cancel)));
        yield return new("A29", "TriggerService.SwitchAsync", call => SwitchAsync(call, on: true)) { Make = (scene, maker) => scene.PublishedHookAsync(maker) };
        yield return new(
            "A30", "TriggerService.SwitchAsync", call => SwitchAsync(call, on: false))
        { Make = (scene, maker) => scene.PublishedHookAsync(maker) };
        yield return new("A34", "FlowService.PublishAsync", PublishAsync) { Make = (scene, maker) => scene.SignedFlowAsync(maker), Endpoint = "PublishFlow" };
        yield return new("A35", "FlowService.PublishAsync", PublishAsync) { Make = (scene, maker) => scene.UnsignedFlowAsync(maker), Endpoint = "PublishFlow" };
        yield return new(
            "A36", "FlowService.PublishAsync", PublishAsync)
        { Make = (scene, maker) => scene.ScheduledFlowAsync(maker), Endpoint = "PublishFlow" };
    }

    private static IEnumerable<RightsAct> OfRuns()
    {
        yield return OnFlow("A37", "RunStartService.StartAsync", call =>
            Told(call.Get<RunStartService>().StartAsync(call.Actor, call.WorkspaceId, call.Thing, null, null, Cancel)))
            with
        { Endpoint = "StartRun", Line = call => $"run {call.Thing:N}" };
        yield return OnFlow("A37", "RunStepService.StartAsync", call =>
            Told(call.Get<RunStepService>().StartAsync(call.Actor, call.WorkspaceId, call.Thing, "done", new StepRunRequest(), Cancel)))
            with
        { Endpoint = "RunStep", Address = _ => new() { ["stepId"] = "done" }, Body = _ => new { }, Line = call => $"flow run {call.Thing:N}" };
        yield return OnRun(
            "A37", "RunService.AnswerAsync", call => Told(call.Get<RunService>().AnswerAsync(call.Actor, call.WorkspaceId, call.Thing, null, Cancel)));
        yield return OnRun("A38", "RunRepeatService.RerunAsync", call =>
            Told(call.Get<RunRepeatService>().RerunAsync(call.Actor, call.WorkspaceId, call.Thing, null, null, Cancel)))
            with
        { Endpoint = "RerunRun", Line = call => $"run retry {call.Thing}" };
        yield return OnRun("A38", "RunRepeatService.RerunFailedItemsAsync", call =>
            Told(call.Get<RunRepeatService>().RerunFailedItemsAsync(call.Actor, call.WorkspaceId, call.Thing, "done", Cancel)))
            with
        { Answer = "run.map_not_found", Endpoint = "RerunRun", Body = _ => new { failedItemsOnly = true, fromStep = "done" } };
        yield return OnRun("A38", "RunService.ResumeAsync", call => Told(call.Get<RunService>().ResumeAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Make = (scene, maker) => scene.HeldRunAsync(maker), Endpoint = "ResumeRun" };
        yield return OnRun("A39", "RunService.GetAsync", call => Told(call.Get<RunService>().GetAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Endpoint = "GetRun", Line = call => $"run show {call.Thing}" };
        yield return new(
            "A39", "RunService.ListAsync", call => Told(call.Get<RunService>().ListAsync(call.Actor, call.WorkspaceId, new RunFilter(), s_page, Cancel)))
        { Endpoint = "ListRuns", Line = _ => "runs" };
        yield return new(
            "A39", "RunService.ListAsync", call => Told(call.Get<RunService>().ListAsync(call.Actor, call.WorkspaceId, new RunFilter(), s_page, Cancel)))
        { Line = _ => "stats" };
        yield return new("A39", "RunService.ListRecordsAsync", call => Told(call.Get<RunService>().ListRecordsAsync(call.Actor, call.WorkspaceId, [], Cancel)));
        yield return new("A39", "RunService.CountLiveAsync", call => Told(call.Get<RunService>().CountLiveAsync(call.Actor, call.WorkspaceId, Cancel)));
        yield return new("A39", "RunTally.ReadAsync", call => Told(call.Get<RunTally>().ReadAsync(call.Actor, call.WorkspaceId, Cancel)));
        yield return OnRun(
            "A39", "RunService.CompareAsync", call => Told(call.Get<RunService>().CompareAsync(call.Actor, call.WorkspaceId, call.Thing, call.Thing, Cancel)))
            with
        { Endpoint = "CompareRuns", Line = call => $"run logs {call.Thing}" };
        yield return OnRun(
            "A39", "RunService.ReadEventsAsync", call => Told(call.Get<RunService>().ReadEventsAsync(call.Actor, call.WorkspaceId, call.Thing, 0, Cancel)))
            with
        { Endpoint = "StreamRunEvents", Line = call => $"logs {call.Thing}" };
        yield return OnRun("A39", "RunService.WaitAsync", call =>
            Told(call.Get<RunService>().WaitAsync(call.Actor, call.WorkspaceId, call.Thing, TimeSpan.FromSeconds(1), Cancel)));
        yield return OnRun("A39", "RunValueService.OpenAsync", call =>
            Told(call.Get<RunValueService>().OpenAsync(call.Actor, call.WorkspaceId, call.Thing, new string('a', 64), Cancel)))
            with
        { Answer = "run.value_not_found", Endpoint = "GetRunValue", Address = _ => new() { ["hash"] = new string('a', 64) } };
        yield return OnRun("A40", "RunService.CancelAsync", call => Told(call.Get<RunService>().CancelAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Make = (scene, maker) => scene.WaitingRunAsync(maker), Endpoint = "CancelRun", Line = call => $"run cancel {call.Thing}" };
        yield return OnRun("A40", "RunService.PauseAsync", call => Told(call.Get<RunService>().PauseAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Make = (scene, maker) => scene.WaitingRunAsync(maker), Endpoint = "PauseRun" };
        yield return OnRun("A42", "RunRepeatService.SettleAsync", call =>
            Told(call.Get<RunRepeatService>().SettleAsync(call.Actor, call.WorkspaceId, call.Thing, "done", true, null, Cancel)))
            with
        { Answer = "run.not_unknown", Endpoint = "SettleRun", Body = _ => new { path = "done", happened = true } };
        yield return new("A39", "ApprovalService.ListAsync", call =>
            Told(call.Get<ApprovalService>().ListAsync(call.Actor, call.WorkspaceId, new ApprovalFilter(), s_page, Cancel)))
        { Endpoint = "ListApprovals" };
        yield return new(
            "A39", "ApprovalService.GetAsync", call => Told(call.Get<ApprovalService>().GetAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
        { Make = (scene, asked) => scene.ApprovalAsync(asked), Endpoint = "GetApproval" };
        yield return new("A41", "ApprovalService.DecideAsync", call =>
            Told(call.Get<ApprovalService>().DecideAsync(call.Actor, call.WorkspaceId, call.Thing, true, null, null, Cancel)))
        { Make = (scene, asked) => scene.ApprovalAsync(asked), Endpoint = "DecideApproval", Body = _ => new { decision = "approve" } };
    }

    private static Task<Error?> PublishAsync(RightsCall call) => Told(call.Get<FlowService>().PublishAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel));

    private static Guid FlowOf(RightsCall call) => call.Scene.FlowOf(call.Thing);

    private static RightsAct OnFlow(string row, string method, Func<RightsCall, Task<Error?>> act) =>
        new(row, method, act) { Make = (scene, maker) => scene.FlowAsync(maker) };

    private static RightsAct OnRun(string row, string method, Func<RightsCall, Task<Error?>> act) =>
        new(row, method, act) { Make = (scene, maker) => scene.EndedRunAsync(maker) };

    private static RightsAct OnTest(string row, string method, Func<RightsCall, Task<Error?>> act, string endpoint) => new(row, method, act)
    {
        Make = (scene, maker) => scene.SavedTestAsync(maker),
        Endpoint = endpoint,
        Address = call => new() { ["flowId"] = FlowOf(call) },
    };

    /// <summary>An act in the builder, which asks anew for each, not only when it is opened.</summary>
    private static RightsAct Edits(string method, Func<FlowEditor, Task<Error?>> act) => OnFlow("A28", method, async call =>
    {
        if (!(await call.Get<FlowSessions>().OpenAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)).TryGet(out var editor, out var refusal))
        {
            return refusal;
        }

        await using (editor)
        {
            return await act(editor);
        }
    });
}
