using System.Text.Json;
using OtherThing.Core.Flows.Exchange;
using OtherThing.Core.Flows.Validation;

namespace OtherThing.Tests.Core.Flows.Exchange;

public sealed class NodeRedImportTests
{
    [Theory]
    [InlineData("node-red-api", 7, 7)]
    [InlineData("node-red-house", 12, 13)]
    public void Corpus_KeepsEveryStepAndConnection(string name, int steps, int connections)
    {
        var flow = FlowImport.Read(Corpus.Text(name)).Value;

        Assert.Equal((ImportSource.NodeRed, steps, connections), (flow.Source, flow.Definition.Steps.Count, flow.Definition.Connections.Count));
    }

    [Fact]
    public void Api_IsMapped()
    {
        var flow = FlowImport.Read(Corpus.Text("node-red-api")).Value;

        Assert.Equal(("Guest book", "A small service."), (flow.Name, flow.Description));
        Assert.Equal("input.body.name != \"\"", Config(flow, "has_a_name").GetProperty("condition").GetString());
        Assert.Equal("""{"who":"{{ input.body.name }}","count":1}""", Config(flow, "shape").GetProperty("value").GetRawText());
        Assert.Equal("<p>Welcome {{ steps.shape.who | escape }}, {{ steps.shape.count }}!</p>", Config(flow, "page").GetProperty("value").GetString());
        Assert.Equal("{{ input.body | json }}", Config(flow, "complain").GetProperty("stdin").GetString());
        Assert.Equal("guests/new", Config(flow, "tell_others").GetProperty("settings").GetProperty("topic").GetString());
        Assert.Equal("Read me\n\nEntries are not stored.", Assert.Single(flow.Definition.Notes).Text);
        Assert.Contains(flow.Remarks, remark => remark.Message.Contains("House (mqtt-broker)", StringComparison.Ordinal));
    }

    [Fact]
    public void House_KeepsTabsApartAndCirclesNamed()
    {
        var flow = FlowImport.Read(Corpus.Text("node-red-house")).Value;

        Assert.Equal(["Heating", "Lights", "Average"], flow.Definition.Notes.Select(note => note.Text));
        Assert.Equal(
            ["kitchen", "attic", "default"],
            flow.Definition.Connections.Where(connection => connection.From == "which_room").Select(connection => connection.Port));
        Assert.Equal(["out", "out3"], flow.Definition.Connections.Where(connection => connection.From == "set_it").Select(connection => connection.Port));
        Assert.Equal(90, Config(flow, "delay").GetProperty("seconds").GetDouble());
        Assert.Contains(FlowValidator.Validate(flow.Definition), problem => problem.Field == "connections");
    }

    private static JsonElement Config(ImportedFlow flow, string id) => flow.Definition.Steps.Single(step => step.Id == id).Config;
}
