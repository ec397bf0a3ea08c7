using System.Text.Json;
using CsCheck;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Exchange;

namespace OtherThing.Tests.Core.Flows.Exchange;

public sealed class FlowFileTests
{
    private static readonly FlowDocument s_sample = SampleFlow.Create(new Uri("http://localhost:5080/samples/spare-machines.txt"));

    [Fact]
    public void Export_ImportedAndExportedAgain_IsTheSameBytes() =>
        FlowEditGen.Any.Array[0, 40].Sample(
            edits =>
            {
                var document = edits.Aggregate(s_sample, (at, edit) => FlowEdits.Apply(at, edit).TryGet(out var change, out _) ? change.Definition : at);
                var first = FlowFile.Write("Größe \"1\"", "a\nb", document);

                var read = FlowImport.Read(first).Value;

                Assert.Equal(first, FlowFile.Write(read.Name, read.Description, read.Definition));
            },
            iter: 300);

    [Fact]
    public void Export_OfEveryCorpus_ComesBackTheSame()
    {
        foreach (var name in Corpus.N8n.Concat(Corpus.NodeRed))
        {
            var imported = FlowImport.Read(Corpus.Text(name)).Value;
            var first = FlowFile.Write(imported.Name, imported.Description, imported.Definition);

            var again = FlowImport.Read(first).Value;

            Assert.Equal(first, FlowFile.Write(again.Name, again.Description, again.Definition));
            Assert.Equal(FlowJson.Write(imported.Definition), FlowJson.Write(again.Definition));
        }
    }

    [Fact]
    public void Export_AfterAStepMoved_DiffersInItsLayoutLineAlone()
    {
        var moved = FlowEdits.Apply(s_sample, new MoveStep("count", 1024, -48)).Value.Definition;

        var before = FlowFile.Write("Sample", "", s_sample).Split('\n');
        var after = FlowFile.Write("Sample", "", moved).Split('\n');

        Assert.Equal(before.Length, after.Length);
        var changed = before.Zip(after).Index().Where(line => line.Item.First != line.Item.Second).ToList();
        Assert.Equal("      \"count\": [1024, -48],", Assert.Single(changed).Item.Second);
        Assert.True(changed[0].Index > Array.IndexOf(before, "  \"layout\": {"));
    }

    [Fact]
    public void Export_WhateverTheOrderOfEditing_HasTheSameKeyOrder()
    {
        var one = Step("""{"method":"GET","url":"https://a.example","headers":{"z":"1","a":"2"}}""");
        var other = Step("""{"headers":{"z":"1","a":"2"},"url":"https://a.example","method":"GET"}""");

        Assert.Equal(FlowFile.Write("x", "", one), FlowFile.Write("x", "", other));

        static FlowDocument Step(string config) => FlowDocument.Empty with
        {
            Steps = [new FlowStep { Id = "a", Type = "http.request", Config = JsonElement.Parse(config) }],
        };
    }

    [Fact]
    public void Export_CarriesNoKeysNodesMembersOrSecrets()
    {
        var tied = FlowDocument.Empty with
        {
            Steps =
            [
                new FlowStep { Id = "ask", Type = "ai.chat", Config =
                    JsonElement.Parse("""{"provider":"openai","keyId":"0190b7f8-0000-7000-8000-00000000c0de","model":"m","prompt":"p"}""") },
                new FlowStep { Id = "run", Type = "node.command", Config =
                    JsonElement.Parse("""{"command":["wc"],"requirements":{"nodeId":"0190b7f8-0000-7000-8000-00000000c0de","cpuCores":2}}""") },
                new FlowStep { Id = "hook", Type = "trigger.webhook", Config = JsonElement.Parse("""{"respond":"output","secret":"c0de"}""") },
            ],
        };

        var file = FlowFile.Write("x", "", tied);

        Assert.DoesNotContain("c0de", file, StringComparison.Ordinal);
        Assert.Contains("cpuCores", file, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "flow.malformed")]
    [InlineData("[]", "flow.format_unknown")]
    [InlineData("3", "flow.format_unknown")]
    [InlineData("{}", "flow.format_unknown")]
    [InlineData("""{"format":"otherthing.flow/2"}""", "flow.format_unknown")]
    [InlineData("""{"format":"otherthing.flow/1","steps":[null]}""", "flow.malformed")]
    [InlineData("""{"format":"otherthing.flow/1","extra":1}""", "flow.malformed")]
    [InlineData("""{"format":"otherthing.flow/1","steps":[{"id":"a","type":"data.set","config":{}}],"layout":{"steps":{"a":[1]}}}""", "flow.malformed")]
    [InlineData("""{"format":"otherthing.flow/1","steps":[{"id":"a b","type":"data.set","config":{}}]}""", "flow.invalid")]
    [InlineData("""{"format":"otherthing.flow/1","connections":[{"from":"a","to":"b"}]}""", "flow.invalid")]
    [InlineData("""{"nodes":[{"type":"x"}],"connections":{}}""", "flow.malformed")]
    [InlineData("""[{"id":"a"}]""", "flow.malformed")]
    [InlineData("""[{"nodes":[]},{"nodes":[]}]""", "flow.format_unknown")]
    public void Import_OfAnythingElse_SaysWhatIsWrong(string file, string code) => Assert.Equal(code, FlowImport.Read(file).Error?.Code);

    [Fact]
    public void Import_ANameTwice_CountsAsItStandsLast()
    {
        var read = FlowImport.Read("""{"format":"otherthing.flow/1","steps":[{"id":"a","type":"data.set","config":{"value":1,"value":2}}]}""").Value;

        Assert.Equal("""{"value":2}""", Assert.Single(read.Definition.Steps).Config.GetRawText());
    }

    [Fact]
    public void Import_NestedTooDeepOrTooLarge_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 57)) + "1" + new string('}', 57);
        var many = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"name":"n{{i}}","type":"x.y","position":[0,0]}"""));

        Assert.Equal("flow.malformed", FlowImport.Read($$"""{"nodes":[{"name":"a","type":"x.y","parameters":{{deep}}}]}""").Error?.Code);
        Assert.Equal("flow.malformed", FlowImport.Read(string.Concat(Enumerable.Repeat("[", 10_000))).Error?.Code);
        Assert.Equal("flow.too_large", FlowImport.Read($$"""{"nodes":[{{many}}]}""").Error?.Code);
    }
}
