using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Live;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Flows;
using OtherThing.Data.Nodes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Flows;

public sealed class FlowSessionsTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestDatabase _database;

    public FlowSessionsTests() => _database = new TestDatabase(services =>
        services.AddSingleton<TimeProvider>(_clock)
            .AddFlowsData()
            .AddNodesData()
            .AddSingleton<FlowReferences>()
            .AddSingleton<FlowService>()
            .AddSingleton<EditAdmission>()
            .AddSingleton<FlowSessions>());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private FlowSessions Editing => _database.Get<FlowSessions>();

    private FlowService Flows => _database.Get<FlowService>();

    [Fact]
    public async Task Apply_TwoEditors_SeeOneDocumentAndEachOthersActs()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await using var ben = await OpenAsync(await _database.AddMemberAsync(workspaceId, Role.Member), workspaceId, flowId);
        using var heard = _database.Get<LiveFeed>().Subscribe(Topic.Flow(flowId));

        await ApplyAsync(ana, new MoveStep("start", 10, 20));
        await ApplyAsync(ben, new RenameStep("start", "Begin"));

        Assert.Equal(ana.Snapshot, ben.Snapshot);
        Assert.Equal(("Begin", new FlowPosition(10, 20)), (ana.Snapshot.Definition.Steps[0].Name, ana.Snapshot.Definition.Steps[0].Position));
        var acts = ReadAll(heard).OfType<FlowEdited>().ToList();
        Assert.Equal([(1, ana.Id), (2, ben.Id)], acts.Select(act => (act.Sequence, act.EditorId)));
        Assert.Equal(2, ana.Present.Count);
    }

    [Fact]
    public async Task Look_ActsNotStoredYet_AreOnesOwnWithWhatWasDone()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await using var ben = await OpenAsync(owner, workspaceId, flowId);
        Assert.True((await ana.ApplyAsync("first", [new RenameStep("start", "Begin")], Cancellation)).IsSuccess);
        await ApplyAsync(ben, new MoveStep("start", 10, 20));
        Assert.Null(await ana.UndoAsync(Cancellation, "back"));

        var (snapshot, unsaved) = ana.Look();

        Assert.Equal((3, 0), (snapshot.Sequence, snapshot.Saved));
        Assert.Equal([(1, "first"), (3, "back")], unsaved.Select(act => (act.Sequence, act.ActId)));
        Assert.Equal(new RenameStep("start", null), Assert.Single(unsaved[1].Edits));
        Assert.Null(await ana.SaveAsync(Cancellation));
        Assert.Empty(ana.Look().Unsaved);
        Assert.Equal(3, ana.Look().Snapshot.Saved);
    }

    [Fact]
    public async Task Undo_OwnActsOnly_LeavesTheOthersWork()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await using var ben = await OpenAsync(owner, workspaceId, flowId);
        await ApplyAsync(ana, new MoveStep("start", 10, 20));
        await ApplyAsync(ben, new RenameStep("start", "Begin"));

        Assert.Null(await ana.UndoAsync(Cancellation));
        Assert.Null(await ana.UndoAsync(Cancellation));

        Assert.Equal(("Begin", default(FlowPosition)), (ana.Snapshot.Definition.Steps[0].Name, ana.Snapshot.Definition.Steps[0].Position));
        Assert.False(ana.CanUndo);
        Assert.Null(await ana.RedoAsync(Cancellation));
        Assert.Equal(new FlowPosition(10, 20), ana.Snapshot.Definition.Steps[0].Position);
    }

    [Fact]
    public async Task Undo_StepDeletedByAnother_SaysWhyAndForgetsTheAct()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await using var ben = await OpenAsync(owner, workspaceId, flowId);
        await ApplyAsync(ana, new MoveStep("start", 10, 20));
        await ApplyAsync(ben, new DeleteStep("start"));

        var refusal = await ana.UndoAsync(Cancellation);

        Assert.Equal("flow.step_unknown", refusal?.Code);
        Assert.False(ana.CanUndo);
    }

    [Fact]
    public async Task Undo_WhatItBringsBackIsOfTheWorkspaceNoMore_SaysWhyAndGoesOnWithTheActBefore()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        var called = (await Flows.CreateAsync(owner, workspaceId, "Called", "", FlowDocument.Empty, Cancellation)).Value.Id;
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await ApplyAsync(
            ana, new AddStep(new FlowStep { Id = "call", Type = "flow.call", Config = JsonSerializer.SerializeToElement(new { flowId = called }) }));
        await ApplyAsync(ana, new ConfigureStep("call", "flowId", JsonSerializer.SerializeToElement(Guid.Empty)));
        Assert.Null(await Flows.DeleteAsync(owner, workspaceId, called, Cancellation));

        var refusal = await ana.UndoAsync(Cancellation, "undo");

        Assert.Equal("flow.invalid", refusal?.Code);
        Assert.Contains("There is no such flow in this workspace.", refusal!.Message, StringComparison.Ordinal);
        // Its answer was lost, and the browser asks once more.
        Assert.Equal(refusal, await ana.UndoAsync(Cancellation, "undo"));
        Assert.Equal(2, ana.Snapshot.Definition.Steps.Count);
        Assert.Null(await ana.UndoAsync(Cancellation));
        Assert.Equal("start", Assert.Single(ana.Snapshot.Definition.Steps).Id);
    }

    [Fact]
    public async Task Undo_MayNotEditForNow_KeepsTheAct()
    {
        var (workspaceId, _, flowId) = await AddFlowAsync();
        var member = await _database.AddMemberAsync(workspaceId, Role.Member);
        await using var editor = await OpenAsync(member, workspaceId, flowId);
        await ApplyAsync(editor, new MoveStep("start", 10, 20));
        Assert.True(await _database.Get<IMemberStore>().TrySetRoleAsync(workspaceId, member.UserId!.Value, Role.Member, Role.Viewer, Cancellation));

        Assert.Equal("access.forbidden", (await editor.UndoAsync(Cancellation))?.Code);

        Assert.True(editor.CanUndo);
    }

    [Fact]
    public async Task UndoAll_RandomActs_GiveTheByteIdenticalDocument()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        var before = FlowJson.Write(ana.Snapshot.Definition);

        foreach (var edit in FlowEditGen.Any.Array[1000].Single())
        {
            await ana.ApplyAsync(Guid.NewGuid().ToString("N"), [edit], Cancellation);
        }

        var after = FlowJson.Write(ana.Snapshot.Definition);
        while (ana.CanUndo)
        {
            Assert.Null(await ana.UndoAsync(Cancellation));
        }

        Assert.Equal(before, FlowJson.Write(ana.Snapshot.Definition));
        while (ana.CanRedo)
        {
            Assert.Null(await ana.RedoAsync(Cancellation));
        }

        Assert.Equal(after, FlowJson.Write(ana.Snapshot.Definition));
    }

    [Fact]
    public async Task Apply_SameActTwice_IsAppliedOnce()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        FlowEdit[] edits = [new AddStep(new FlowStep { Id = "new", Type = "data.set" })];

        Assert.True((await ana.ApplyAsync("act", edits, Cancellation)).IsSuccess);
        Assert.True((await ana.ApplyAsync("act", edits, Cancellation)).IsSuccess);

        Assert.Equal(1, ana.Snapshot.Sequence);
    }

    [Fact]
    public async Task Replay_ActThatWasSavedBeforeTheServerStopped_ChangesNothing()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using (var ana = await OpenAsync(owner, workspaceId, flowId))
        {
            Assert.True((await ana.ApplyAsync("kept", [new MoveStep("start", 10, 20)], Cancellation)).IsSuccess);
            Assert.True((await ana.ApplyAsync("later", [new MoveStep("start", 30, 20)], Cancellation)).IsSuccess);
        }

        Assert.Equal(0, Editing.OpenCount);
        await using var again = await OpenAsync(owner, workspaceId, flowId);

        Assert.True((await again.ReplayAsync("kept", [new MoveStep("start", 10, 20)], Cancellation)).IsSuccess);
        Assert.True((await again.ReplayAsync("lost", [new RenameStep("start", "Begin"), new DeleteStep("nobody")], Cancellation)).IsSuccess);

        var start = again.Snapshot.Definition.Steps[0];
        Assert.Equal((30, "Begin"), (start.Position.X, start.Name));
        Assert.Equal(1, again.Snapshot.Sequence);
    }

    [Fact]
    public async Task Undo_SameAskTwice_IsDoneOnce()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await ApplyAsync(ana, new MoveStep("start", 10, 20));
        await ApplyAsync(ana, new MoveStep("start", 30, 20));

        Assert.Null(await ana.UndoAsync(Cancellation, "undo-1"));
        Assert.Null(await ana.UndoAsync(Cancellation, "undo-1"));

        Assert.Equal(10, ana.Snapshot.Definition.Steps[0].Position.X);
    }

    [Fact]
    public async Task Undo_PartOfItGone_TellsOthersOnlyWhatWasDone()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await using var ben = await OpenAsync(owner, workspaceId, flowId);
        await ApplyAsync(
            ana, new BatchEdit([new AddStep(new FlowStep { Id = "a", Type = "data.set" }), new AddStep(new FlowStep { Id = "b", Type = "data.set" })]));
        await ApplyAsync(ben, new DeleteStep("a"));
        using var heard = ben.Follow();

        Assert.Null(await ana.UndoAsync(Cancellation));

        var undone = Assert.Single(ReadAll(heard).OfType<FlowEdited>());
        Assert.Equal([new DeleteStep("b")], undone.Edits);
    }

    [Fact]
    public async Task Apply_OneFieldByTwoAtOnce_NamesBoth()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await using var ben = await OpenAsync(owner, workspaceId, flowId);
        using var heard = ana.Follow();

        await ana.ApplyAsync("a1", [new RenameStep("start", "Ana's")], Cancellation, basedOn: 0);
        await ben.ApplyAsync("b1", [new RenameStep("start", "Ben's")], Cancellation, basedOn: 0);
        await ana.ApplyAsync("a2", [new RenameStep("start", "Ana's again")], Cancellation, basedOn: 2);
        await ben.ApplyAsync("b2", [new MoveStep("start", 1, 1)], Cancellation, basedOn: 0);

        var conflict = Assert.Single(ReadAll(heard).OfType<FlowConflict>());
        Assert.Equal(("start", "name", ben.Id, ana.Id), (conflict.StepId, conflict.Field, conflict.Last, conflict.Earlier));
    }

    [Fact]
    public async Task Publish_DraftChangedSinceSeen_IsRefused()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await using var ben = await OpenAsync(owner, workspaceId, flowId);
        var seen = ana.StoredRevision;
        await ApplyAsync(ben, new RenameStep("start", "Half an idea"));
        Assert.Null(await ben.SaveAsync(Cancellation));

        Assert.Equal("flow.changed", (await Flows.PublishAsync(owner, workspaceId, flowId, Cancellation, seen)).Error?.Code);
        Assert.True((await Flows.PublishAsync(owner, workspaceId, flowId, Cancellation, ana.StoredRevision)).IsSuccess);
    }

    [Fact]
    public async Task Save_LastEditorLostTheRight_KeepsEverybodysEdits()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        var member = await _database.AddMemberAsync(workspaceId, Role.Member);
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await using var ben = await OpenAsync(member, workspaceId, flowId);
        await ApplyAsync(ana, new MoveStep("start", 10, 20));
        await ApplyAsync(ben, new RenameStep("start", "Begin"));
        Assert.True(await _database.Get<IMemberStore>().TryRemoveAsync(workspaceId, member.UserId!.Value, Role.Member, Cancellation));

        Assert.Null(await ana.SaveAsync(Cancellation));

        var stored = (await Flows.GetAsync(owner, workspaceId, flowId, Cancellation)).Value.ReadDefinition().Steps[0];
        Assert.Equal(("Begin", 10), (stored.Name, stored.Position.X));
    }

    [Fact]
    public async Task Apply_AfterAPause_IsSavedAsDraft()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        using var heard = _database.Get<LiveFeed>().Subscribe(Topic.Flow(flowId));

        await ApplyAsync(ana, new MoveStep("start", 10, 20));
        await ApplyAsync(ana, new MoveStep("start", 30, 20));
        _clock.Advance(FlowSessions.SaveAfter);
        await UntilAsync<FlowSaved>(heard);

        var stored = (await Flows.GetAsync(owner, workspaceId, flowId, Cancellation)).Value;
        Assert.Equal((2, 30), (stored.Revision, stored.ReadDefinition().Steps[0].Position.X));
    }

    [Fact]
    public async Task Leave_LastEditor_SavesAndClosesTheSession()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        var ana = await OpenAsync(owner, workspaceId, flowId);
        await ApplyAsync(ana, new MoveStep("start", 10, 20));

        await ana.DisposeAsync();

        var stored = (await Flows.GetAsync(owner, workspaceId, flowId, Cancellation)).Value;
        Assert.Equal(10, stored.ReadDefinition().Steps[0].Position.X);
        Assert.Equal((0, 0), (Editing.OpenCount, _database.Get<LiveFeed>().SubscriptionCount));
    }

    [Fact]
    public async Task Stop_WithUnsavedEdits_SavesThem()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        var ana = await OpenAsync(owner, workspaceId, flowId);
        await ApplyAsync(ana, new MoveStep("start", 10, 20));

        await Editing.DisposeAsync();

        Assert.Equal(10, (await Flows.GetAsync(owner, workspaceId, flowId, Cancellation)).Value.ReadDefinition().Steps[0].Position.X);
    }

    [Fact]
    public async Task Save_FlowChangedOverRest_KeepsBothChanges()
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);
        await ApplyAsync(ana, new MoveStep("start", 10, 20));
        var theirs = ana.Snapshot.Definition with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual", Name = "Theirs" }] };
        Assert.True((await Flows.UpdateAsync(owner, workspaceId, flowId, new FlowUpdate(Definition: theirs), null, byHeader: false, Cancellation)).IsSuccess);

        Assert.Null(await ana.SaveAsync(Cancellation));

        var stored = (await Flows.GetAsync(owner, workspaceId, flowId, Cancellation)).Value.ReadDefinition().Steps[0];
        Assert.Equal(("Theirs", new FlowPosition(10, 20)), (stored.Name, stored.Position));
        Assert.Equal(stored.Name, ana.Snapshot.Definition.Steps[0].Name);
    }

    [Fact]
    public async Task Apply_ByViewer_IsForbiddenAndChangesNothing()
    {
        var (workspaceId, _, flowId) = await AddFlowAsync();
        await using var viewer = await OpenAsync(await _database.AddMemberAsync(workspaceId, Role.Viewer), workspaceId, flowId);

        var refused = await viewer.ApplyAsync("act", [new DeleteStep("start")], Cancellation);

        Assert.Equal("access.forbidden", refused.Error?.Code);
        Assert.Single(viewer.Snapshot.Definition.Steps);
    }

    [Fact]
    public async Task Open_FlowOfAnotherWorkspace_IsNotFound()
    {
        var (_, _, flowId) = await AddFlowAsync();
        var (other, stranger) = await _database.AddWorkspaceAsync("Elsewhere");

        Assert.Equal("flow.not_found", (await Editing.OpenAsync(stranger, other, flowId, Cancellation)).Error?.Code);
        Assert.Equal(0, Editing.OpenCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task Apply_ActIdOutOfBounds_IsRefused(string actId)
    {
        var (workspaceId, owner, flowId) = await AddFlowAsync();
        await using var ana = await OpenAsync(owner, workspaceId, flowId);

        Assert.Equal("flow.act_invalid", (await ana.ApplyAsync(actId, [new DeleteStep("start")], Cancellation)).Error?.Code);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<(Guid WorkspaceId, Actor Owner, Guid FlowId)> AddFlowAsync()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var definition = FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual" }] };
        return (workspaceId, owner, (await Flows.CreateAsync(owner, workspaceId, "Report", "", definition, Cancellation)).Value.Id);
    }

    private async Task<FlowEditor> OpenAsync(Actor actor, Guid workspaceId, Guid flowId) =>
        (await Editing.OpenAsync(actor, workspaceId, flowId, Cancellation)).Value;

    private static async Task ApplyAsync(FlowEditor editor, FlowEdit edit) =>
        Assert.Null((await editor.ApplyAsync(Guid.NewGuid().ToString("N"), [edit], Cancellation)).Error);

    private static IEnumerable<LiveEvent> ReadAll(LiveSubscription subscription)
    {
        while (subscription.Events.TryRead(out var happened))
        {
            yield return happened;
        }
    }

    private static async Task UntilAsync<T>(LiveSubscription subscription)
        where T : LiveEvent
    {
        while (await subscription.Events.NextAsync() is not T)
        {
        }
    }
}
