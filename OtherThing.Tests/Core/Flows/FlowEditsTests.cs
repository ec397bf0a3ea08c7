using System.Text.Json;
using CsCheck;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Core.Flows;

public class FlowEditsTests
{
    [Fact]
    public void Apply_ThousandRandomActsUndoneAndRedone_GivesByteIdenticalDocuments() =>
        FlowEditGen.Any.Array[1000].Sample(
            edits =>
            {
                var current = FlowDocument.Empty;
                var texts = new List<string> { Text(current) };
                var undo = new Stack<FlowEdit>();
                foreach (var edit in edits)
                {
                    if (FlowEdits.Apply(current, edit).TryGet(out var change, out _))
                    {
                        current = change.Definition;
                        undo.Push(change.Inverse);
                        texts.Add(Text(current));
                    }
                }

                var redo = new Stack<FlowEdit>();
                for (var at = texts.Count - 2; at >= 0; at--)
                {
                    var back = FlowEdits.Apply(current, undo.Pop()).Value;
                    current = back.Definition;
                    redo.Push(back.Inverse);
                    Assert.Equal(texts[at], Text(current));
                }

                for (var at = 1; at < texts.Count; at++)
                {
                    current = FlowEdits.Apply(current, redo.Pop()).Value.Definition;
                    Assert.Equal(texts[at], Text(current));
                }
            },
            iter: 20);

    [Fact]
    public void Apply_RandomActs_SurviveTheWireUnchanged() =>
        FlowEditGen.Any.Sample(edit =>
        {
            var text = JsonSerializer.Serialize(edit, Json.Options);

            var read = JsonSerializer.Deserialize<FlowEdit>(text, Json.Options);

            Assert.Equal(text, JsonSerializer.Serialize(read, Json.Options));
        });

    [Fact]
    public void Apply_RandomActs_LeaveTheOldDocumentAlone() =>
        FlowEditGen.Any.Array[40].Sample(edits =>
        {
            var current = FlowDocument.Empty;
            foreach (var edit in edits)
            {
                var before = Text(current);
                var result = FlowEdits.Apply(current, edit);
                Assert.Equal(before, Text(current));
                current = result.IsSuccess ? result.Value.Definition : current;
            }
        });

    [Fact]
    public void Applied_OnAnotherCopy_EndsTheSame() =>
        FlowEditGen.Any.Array[60].Sample(edits =>
        {
            var (mine, theirs) = (FlowDocument.Empty, FlowDocument.Empty);
            foreach (var edit in edits)
            {
                if (!FlowEdits.ApplyWhatFits(mine, edit).TryGet(out var change, out _))
                {
                    continue;
                }

                mine = change.Definition;
                theirs = change.Applied.Aggregate(theirs, (copy, part) => FlowEdits.Apply(copy, part).Value.Definition);
                Assert.Equal(Text(mine), Text(theirs));
            }
        });

    [Fact]
    public void Apply_DeleteOfContainer_TakesChildrenAndConnectionsAndGivesThemBack()
    {
        var flow = Build(Step("inner", parent: "each"), Step("each"), Step("after"));
        flow = FlowEdits.Apply(flow, new Connect("each", "out", "after")).Value.Definition;

        var change = FlowEdits.Apply(flow, new DeleteStep("each")).Value;

        Assert.Equal(["after"], change.Definition.Steps.Select(step => step.Id));
        Assert.Empty(change.Definition.Connections);
        Assert.Equal(Text(flow), Text(FlowEdits.Apply(change.Definition, change.Inverse).Value.Definition));
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("left")]
    [InlineData("odd name")]
    public void Apply_DeleteOfAStepThatNoRuleWouldLetIn_GivesItBack(string id)
    {
        var flow = Build(Step("lost", parent: "nowhere"), Step("left", parent: "right"), Step("right", parent: "left"), Step("odd name")) with
        {
            Notes = [new FlowNote { Id = "wide", Width = 9_000 }],
        };

        var change = FlowEdits.Apply(flow, new BatchEdit([new DeleteStep(id), new DeleteNote("wide")])).Value;

        Assert.NotEqual(Text(flow), Text(change.Definition));
        Assert.Equal(Text(flow), Text(FlowEdits.Apply(change.Definition, change.Inverse).Value.Definition));
    }

    [Fact]
    public void Apply_StepLeftInAContainerThatIsGone_IsPutBackWithoutComplaint()
    {
        var flow = Build(Step("lost", parent: "nowhere"));

        var change = FlowEdits.Apply(flow, new NestStep("lost", null)).Value;

        Assert.Equal(Text(flow), Text(FlowEdits.Apply(change.Definition, change.Inverse).Value.Definition));
    }

    [Theory]
    [InlineData("a", "a", "follow itself")]
    [InlineData("c", "a", "circle")]
    [InlineData("a", "inner", "same container")]
    [InlineData("a", "b", "connected already")]
    [InlineData("a", "nowhere", "no step 'nowhere'")]
    public void Apply_ConnectionThatMakesNoSense_IsRefusedWithTheReason(string from, string to, string reason)
    {
        var flow = Build(Step("a"), Step("b"), Step("c"), Step("inner", parent: "b"));
        flow = FlowEdits.Apply(flow, new BatchEdit([new Connect("a", "out", "b"), new Connect("b", "out", "c")])).Value.Definition;

        var error = FlowEdits.Apply(flow, new Connect(from, "out", to)).Error;

        Assert.Equal("flow.connection_refused", error?.Code);
        Assert.Contains(reason, error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_BatchWithOneBadEdit_ChangesNothing()
    {
        var flow = Build(Step("a"));

        var result = FlowEdits.Apply(flow, new BatchEdit([new MoveStep("a", 1, 1), new MoveStep("b", 1, 1)]));

        Assert.Equal("flow.step_unknown", result.Error?.Code);
        Assert.Equal(default, flow.Steps[0].Position);
    }

    [Fact]
    public void ApplyWhatFits_UndoAfterSomebodyDeletedAStep_MovesTheRest()
    {
        var flow = Build(Step("a"), Step("b"));
        var moved = FlowEdits.Apply(flow, new BatchEdit([new MoveStep("a", 5, 5), new MoveStep("b", 5, 5)])).Value;
        var withoutA = FlowEdits.Apply(moved.Definition, new DeleteStep("a")).Value.Definition;

        var undone = FlowEdits.ApplyWhatFits(withoutA, moved.Inverse).Value.Definition;

        Assert.Equal(default, Assert.Single(undone.Steps).Position);
    }

    [Theory]
    [InlineData("""{"op":"add","step":{"id":"1x","type":"t"}}""", "id")]
    [InlineData("""{"op":"add","step":{"id":"x\n","type":"t"}}""", "id")]
    [InlineData("""{"op":"add","step":{"id":"x","type":""}}""", "step.type")]
    [InlineData("""{"op":"add","step":{"id":"x","type":"t","config":[]}}""", "step.config")]
    [InlineData("""{"op":"add","step":null}""", "step")]
    [InlineData("""{"op":"move","id":"a","x":1e300,"y":0}""", "position")]
    [InlineData("""{"op":"configure","id":"a","field":"","value":1}""", "field")]
    [InlineData("""{"op":"configure","id":"a","field":"x"}""", "value")]
    [InlineData("""{"op":"set","id":"a","field":"retry","value":{"max":99}}""", "retry")]
    [InlineData("""{"op":"set","id":"a","field":"timeout_seconds","value":"soon"}""", "value")]
    [InlineData("""{"op":"nest","id":"a","parent":"a"}""", "parent")]
    [InlineData("""{"op":"connect","from":"a","port":"","to":"a"}""", "port")]
    [InlineData("""{"op":"note","note":{"id":"n","width":0}}""", "note.width")]
    [InlineData("""{"op":"note"}""", "note")]
    [InlineData("""{"op":"batch"}""", "edits")]
    [InlineData("""{"op":"batch","edits":[null]}""", "op")]
    public void Apply_HostileEdit_IsRefusedNamingTheField(string json, string field)
    {
        var edit = JsonSerializer.Deserialize<FlowEdit>(json, Json.Options)!;

        var error = FlowEdits.Apply(Build(Step("a")), edit).Error;

        Assert.Equal(field, Assert.Single(error!.Fields).Path);
    }

    [Fact]
    public void Apply_EndlesslyNestedBatch_IsRefused()
    {
        FlowEdit edit = new MoveStep("a", 1, 1);
        for (var depth = 0; depth < 20; depth++)
        {
            edit = new BatchEdit([edit]);
        }

        Assert.Equal("flow.too_large", FlowEdits.Apply(Build(Step("a")), edit).Error?.Code);
    }

    private static FlowDocument Build(params FlowStep[] steps) => FlowDocument.Empty with { Steps = steps };

    private static FlowStep Step(string id, string? parent = null) => new() { Id = id, Type = "data.set", Parent = parent };

    private static string Text(FlowDocument definition) => JsonSerializer.Serialize(definition, Json.Options);
}
