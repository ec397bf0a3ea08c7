using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;

namespace OtherThing.Tests.Core.Flows;

public sealed class FlowDiffTests
{
    private const string Before = """
        {"steps":[{"id":"start","type":"trigger.manual","position":{"x":0,"y":0}},
                  {"id":"get","type":"http.request","name":"Get it","config":{"url":"https://example.com","headers":{"a":"1"}},"retry":{"max":2,"backoffSeconds":1}},
                  {"id":"gone","type":"data.set","config":{"value":1}}],
         "connections":[{"from":"start","to":"get"},{"from":"get","to":"gone"}],
         "notes":[{"id":"n","text":"old"},{"id":"m","text":"same"}]}
        """;

    [Fact]
    public void Between_TheSame_IsEmpty()
    {
        var diff = FlowDiff.Between(Read(Before), Read(Before));

        Assert.True(diff.IsEmpty);
    }

    [Fact]
    public void Between_StepsAndFields_NamesEachByPath()
    {
        var diff = FlowDiff.Between(Read(Before), Read("""
            {"steps":[{"id":"start","type":"trigger.manual","position":{"x":0,"y":0}},
                      {"id":"get","type":"http.request","name":"Fetch","config":{"url":"https://example.org","headers":{"a":"1","b":"2"}},"retry":{"max":3,"backoffSeconds":1},"onError":"continue"},
                      {"id":"new","type":"output","config":{"value":1}}],
             "connections":[{"from":"start","to":"get"},{"from":"get","to":"new"}],"notes":[{"id":"n","text":"old"},{"id":"m","text":"same"}]}
            """));

        Assert.Equal(
            [(FlowChangeKind.Changed, "get", "Fetch"), (FlowChangeKind.Added, "new", "new"), (FlowChangeKind.Removed, "gone", "gone")],
            diff.Steps.Select(step => (step.Kind, step.StepId, step.Name)));
        Assert.Equal(["name", "config.url", "config.headers.b", "retry.max", "onError"], diff.Steps[0].Fields.Select(field => field.Path));
        Assert.Equal(
            [(FlowChangeKind.Removed, "gone"), (FlowChangeKind.Added, "new")],
            diff.Connections.Select(change => (change.Kind, change.Connection.To)));
        Assert.Contains(diff.Connections, change => (change.FromName, change.ToName) == ("Fetch", "new"));
        Assert.False(diff.RunsTheSame);
    }

    [Fact]
    public void Between_OnlyMoved_RunsTheSameAndSaysWhatMoved()
    {
        var diff = FlowDiff.Between(
            Read(Before),
            Read(Before.Replace("\"x\":0", "\"x\":40", StringComparison.Ordinal).Replace("\"same\"", "\"same\",\"width\":300", StringComparison.Ordinal)));

        Assert.True(diff.RunsTheSame);
        Assert.False(diff.IsEmpty);
        Assert.Equal(["start", "m"], diff.Moved);
    }

    [Fact]
    public void Between_Notes_SaysWhatTheyRead()
    {
        var after = Read(Before) with { Notes = [new FlowNote { Id = "n", Text = "new" }, new FlowNote { Id = "x", Text = "fresh" }] };

        var diff = FlowDiff.Between(Read(Before), after);

        Assert.Equal(
            [new NoteChange(FlowChangeKind.Changed, "n", "old", "new"), new NoteChange(FlowChangeKind.Added, "x", null, "fresh"),
                new NoteChange(FlowChangeKind.Removed, "m", "same", null)],
            diff.Notes);
    }

    [Fact]
    public void Between_DocumentsInTheMaking_AreComparedToo()
    {
        var broken = new FlowDocument { Steps = [Step("a"), Step("a"), Step("b")], Connections = [new FlowConnection { From = "a", To = "nowhere" }] };

        Assert.Equal(["b", "a"], FlowDiff.Between(broken, new FlowDocument { Steps = [Step("c")] }).Steps.Where(s => s.Kind == FlowChangeKind.Removed)
            .Select(s => s.StepId)
            .OrderDescending());
        Assert.True(FlowDiff.Between(broken, broken).IsEmpty);
    }

    private static FlowStep Step(string id) => new() { Id = id, Type = "no.such.type" };

    private static FlowDocument Read(string json) => FlowJson.Parse(json).Value;
}
