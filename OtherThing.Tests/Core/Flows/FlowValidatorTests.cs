using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Steps;
using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Flows;

/// <summary>A corpus of broken documents: each is refused with step, field and reason.</summary>
public class FlowValidatorTests
{
    private const string Start = """{"id":"start","type":"trigger.manual"}""";

    /// <summary>Steps after the trigger, connections, and the path that must be named.</summary>
    public static TheoryData<string, string, string> BrokenSteps => new()
    {
        { """{"id":"","type":"data.set","config":{"value":1}}""", "", "steps[1].id" },
        { """{"id":"1a","type":"data.set","config":{"value":1}}""", "", "steps[1].id" },
        { """{"id":"a-b","type":"data.set","config":{"value":1}}""", "", "steps[1].id" },
        { """{"id":"start","type":"data.set","config":{"value":1}}""", "", "steps.start.id" },
        { """{"id":"ask","type":"data.set","config":{"value":1}},{"id":"Ask","type":"data.set","config":{"value":1}}""", "", "steps.Ask.id" },
        { """{"id":"a","type":"data.sett","config":{"value":1}}""", "", "steps.a.type" },
        { """{"id":"a","type":"","config":{}}""", "", "steps.a.type" },
        { """{"id":"a","type":"data.set","config":{}}""", "", "steps.a.config" },
        { """{"id":"a","type":"data.set","config":[]}""", "", "steps.a.config" },
        { """{"id":"a","type":"data.set","config":"x"}""", "", "steps.a.config" },
        { """{"id":"a","type":"data.set","config":{"value":1,"valeu":2}}""", "", "steps.a.config.valeu" },
        { """{"id":"a","type":"data.set","config":{"value":"{{ input.x "}}""", "", "steps.a.config.value" },
        { """{"id":"a","type":"data.set","config":{"value":"{{ input.x | nofilter }}"}}""", "", "steps.a.config.value" },
        { """{"id":"a","type":"data.set","config":{"value":"{% if input.x %}never closed"}}""", "", "steps.a.config.value" },
        { """{"id":"a","type":"data.set","config":{"value":{"deep":["{{ nowhere.x }}"]}}}""", "", "steps.a.config.value.deep[0]" },
        { """{"id":"a","type":"data.set","config":{"value":"{{ steps.ghost.x }}"}}""", "", "steps.a.config.value" },
        { """{"id":"a","type":"data.set","config":{"value":"{{ item }}"}}""", "", "steps.a.config.value" },
        { """{"id":"a","type":"data.set","config":{"value":"{{ iteration }}"}}""", "", "steps.a.config.value" },
        { """{"id":"a","type":"http.request","config":{}}""", "", "steps.a.config" },
        { """{"id":"a","type":"http.request","config":{"url":""}}""", "", "steps.a.config.url" },
        { """{"id":"a","type":"http.request","config":{"url":5}}""", "", "steps.a.config.url" },
        { """{"id":"a","type":"http.request","config":{"url":"https://x.org","method":"FETCH"}}""", "", "steps.a.config.method" },
        { """{"id":"a","type":"http.request","config":{"url":"https://x.org","headers":[]}}""", "", "steps.a.config.headers" },
        { """{"id":"a","type":"ai.chat","config":{"provider":"openai","prompt":"x"}}""", "", "steps.a.config" },
        { """{"id":"a","type":"ai.chat","config":{"provider":"openai","model":"","prompt":"x"}}""", "", "steps.a.config.model" },
        { """{"id":"a","type":"ai.chat","config":{"provider":"openai","model":"m","prompt":"x","temperature":9}}""", "", "steps.a.config.temperature" },
        { """{"id":"a","type":"ai.chat","config":{"provider":"openai","model":"m","prompt":"x","keyId":"not-an-id"}}""", "", "steps.a.config.keyId" },
        { """{"id":"a","type":"logic.if","config":{}}""", "", "steps.a.config" },
        { """{"id":"a","type":"logic.if","config":{"condition":""}}""", "", "steps.a.config.condition" },
        { """{"id":"a","type":"logic.if","config":{"condition":"input.x >"}}""", "", "steps.a.config.condition" },
        { """{"id":"a","type":"logic.if","config":{"condition":"steps.ghost.n > 1"}}""", "", "steps.a.config.condition" },
        { """{"id":"a","type":"logic.if","config":{"condition":true}}""", "", "steps.a.config.condition" },
        { """{"id":"a","type":"logic.switch","config":{"value":"x","cases":[]}}""", "", "steps.a.config.cases" },
        { """{"id":"a","type":"logic.switch","config":{"value":"x","cases":"y"}}""", "", "steps.a.config.cases" },
        { """{"id":"a","type":"logic.map","config":{"items":[1]}}""", "", "steps.a.parent" },
        { """{"id":"a","type":"logic.map","config":{"items":5}},{"id":"b","type":"data.set","parent":"a","config":{"value":1}}""", "", "steps.a.config.items" },
        { """{"id":"a","type":"logic.map","config":{"items":[1],"concurrency":5000}},{"id":"b","type":"data.set","parent":"a","config":{"value":1}}""", "", "steps.a.config.concurrency" },
        { """{"id":"a","type":"logic.map","config":{"items":[1],"onItemError":"explode"}},{"id":"b","type":"data.set","parent":"a","config":{"value":1}}""", "", "steps.a.config.onItemError" },
        { """{"id":"a","type":"logic.loop","config":{"while":"true","maxIterations":99999}},{"id":"b","type":"data.set","parent":"a","config":{"value":1}}""", "", "steps.a.config.maxIterations" },
        { """{"id":"a","type":"logic.wait","config":{}}""", "", "steps.a.config.seconds" },
        { """{"id":"a","type":"logic.wait","config":{"seconds":-1}}""", "", "steps.a.config.seconds" },
        { """{"id":"a","type":"logic.wait","config":{"seconds":1,"until":"2030-01-01T00:00:00Z"}}""", "", "steps.a.config.until" },
        { """{"id":"a","type":"logic.join","config":{"mode":"some"}}""", "", "steps.a.config.mode" },
        { """{"id":"a","type":"node.command","config":{}}""", "", "steps.a.config.command" },
        { """{"id":"a","type":"node.command","config":{"command":["x"],"script":"y"}}""", "", "steps.a.config.script" },
        { """{"id":"a","type":"node.command","config":{"command":"ls -l"}}""", "", "steps.a.config.command" },
        { """{"id":"a","type":"node.command","config":{"script":"echo {{ input.name }}","shell":"sh"}}""", "", "steps.a.config.script" },
        { """{"id":"a","type":"node.command","config":{"command":["x"],"requirements":{"gpus":1}}}""", "", "steps.a.config.requirements.gpus" },
        { """{"id":"a","type":"data.set","config":{"value":1},"timeoutSeconds":0}""", "", "steps.a.timeoutSeconds" },
        { """{"id":"a","type":"data.set","config":{"value":1},"timeoutSeconds":999999999}""", "", "steps.a.timeoutSeconds" },
        { """{"id":"a","type":"data.set","config":{"value":1},"retry":{"max":-1}}""", "", "steps.a.retry.max" },
        { """{"id":"a","type":"data.set","config":{"value":1},"retry":{"max":1,"backoffSeconds":-5}}""", "", "steps.a.retry.backoffSeconds" },
        { """{"id":"a","type":"data.set","config":{"value":1},"position":{"x":1e9,"y":0}}""", "", "steps.a.position" },
        { """{"id":"a","type":"data.set","config":{"value":1},"parent":"ghost"}""", "", "steps.a.parent" },
        { """{"id":"a","type":"data.set","config":{"value":1},"parent":"start"}""", "", "steps.a.parent" },
        { """{"id":"a","type":"logic.map","parent":"a","config":{"items":[1]}}""", "", "steps.a.parent" },
        { """{"id":"m","type":"logic.map","config":{"items":[1]}},{"id":"a","type":"trigger.manual","parent":"m"}""", "", "steps.a.parent" },
        { """{"id":"m","type":"logic.map","config":{"items":[1]}},{"id":"a","type":"output","parent":"m","config":{"value":1}}""", "", "steps.a.parent" },
        { """{"id":"a","type":"data.set","config":{"value":1}}""", """{"from":"start","to":"ghost"}""", "connections[0].to" },
        { """{"id":"a","type":"data.set","config":{"value":1}}""", """{"from":"ghost","to":"a"}""", "connections[0].from" },
        { """{"id":"a","type":"data.set","config":{"value":1}}""", """{"from":"start","port":"nope","to":"a"}""", "steps.start.connections[0].port" },
        { """{"id":"a","type":"data.set","config":{"value":1}}""", """{"from":"start","port":"error","to":"a"}""", "steps.start.connections[0].port" },
        { """{"id":"a","type":"data.set","config":{"value":1}}""", """{"from":"a","to":"start"}""", "steps.start.connections[0].to" },
        { """{"id":"a","type":"data.set","config":{"value":1}}""", """{"from":"start","to":"a"},{"from":"start","to":"a"}""", "connections[1]" },
        { """{"id":"a","type":"data.set","config":{"value":1}}""", """{"from":"a","to":"a"}""", "steps.a.connections" },
        { """{"id":"a","type":"data.set","config":{"value":1}},{"id":"b","type":"data.set","config":{"value":1}}""", """{"from":"a","to":"b"},{"from":"b","to":"a"}""", "connections" },
        { """{"id":"a","type":"output","config":{"value":1}},{"id":"b","type":"data.set","config":{"value":1}}""", """{"from":"a","to":"b"}""", "steps.a.connections[0].from" },
        { """{"id":"m","type":"logic.map","config":{"items":[1]}},{"id":"a","type":"data.set","parent":"m","config":{"value":1}}""", """{"from":"start","to":"a"}""", "steps.a.connections[0]" },
    };

    [Theory]
    [MemberData(nameof(BrokenSteps))]
    public void Validate_BrokenDocument_NamesStepFieldAndReason(string steps, string connections, string path)
    {
        var document = $$"""{"steps":[{{Start}},{{steps}}],"connections":[{{connections}}]}""";

        var problems = FlowValidator.Validate(FlowJson.Parse(document).Value);

        Assert.Contains(problems, problem => problem.Path.EndsWith(path, StringComparison.Ordinal) && problem.Message.Length > 5);
    }

    [Theory]
    [InlineData(
        """{"id":"a","type":"data.set","name":"Shape","config":{"value":1}}""", """{"from":"start","port":"nope","to":"a"}""", "'Begin' has no port 'nope'")]
    [InlineData(
        """{"id":"a","type":"data.set","name":"Shape","config":{"value":1}}""", """{"from":"start","to":"a"},{"from":"start","to":"a"}""",
        "'Begin' is connected to 'Shape'")]
    [InlineData("""{"id":"a","type":"data.set","name":"Shape","config":{"value":1}}""", """{"from":"a","to":"a"}""", "'Shape' leads back to itself")]
    [InlineData("""{"id":"a","type":"data.set","name":"Shape","parent":"start","config":{"value":1}}""", "", "'Begin' is no container")]
    [InlineData(
        """{"id":"m","type":"logic.map","config":{"items":[1]}},{"id":"a","type":"data.set","name":"Shape","parent":"m","config":{"value":1}}""",
        """{"from":"start","to":"a"}""", "'Begin' and 'Shape' are not in the same container")]
    public void Validate_NamedSteps_AreCalledByTheirNames(string steps, string connections, string said)
    {
        var document = $$"""{"steps":[{"id":"start","type":"trigger.manual","name":"Begin"},{{steps}}],"connections":[{{connections}}]}""";

        var problems = FlowValidator.Validate(FlowJson.Parse(document).Value);

        Assert.Contains(problems, problem => problem.Message.StartsWith(said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http.request", "config.url")]
    [InlineData("ai.chat", "config.provider")]
    [InlineData("logic.if", "config.condition")]
    [InlineData("flow.call", "config.flowId")]
    public void Validate_RequiredFieldLeftOut_SaysWhichOneIsWanted(string type, string wanted)
    {
        var document = $$$"""{"steps":[{{{Start}}},{"id":"a","type":"{{{type}}}","config":{}}]}""";

        var problem = Assert.Single(FlowValidator.Validate(FlowJson.Parse(document).Value));

        Assert.Equal(("steps.a.config", wanted), (problem.Path, problem.Wanted));
        Assert.StartsWith(StepCatalog.Find(type)!.Title, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_IdsThatDifferByCapitalLetters_NamesBoth()
    {
        var document =
            $$$"""{"steps":[{{{Start}}},{"id":"ask","type":"data.set","config":{"value":1}},{"id":"Ask","type":"data.set","config":{"value":1}}],"connections":[]}""";

        var problem = Assert.Single(FlowValidator.Validate(FlowJson.Parse(document).Value), found => found.Path.EndsWith("Ask.id", StringComparison.Ordinal));

        Assert.Contains("'ask' and 'Ask'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "flow")]
    [InlineData("null", "flow")]
    [InlineData("""{"steps":5}""", "flow.steps")]
    [InlineData("""{"steps":null}""", "flow.steps")]
    [InlineData("""{"stepps":[]}""", "flow.stepps")]
    [InlineData("""{"steps":[{"type":"data.set"}]}""", "flow.steps[0]")]
    [InlineData("""{"steps":[{"id":"a","type":"data.set","onError":"explode"}]}""", "flow.steps[0].onError")]
    [InlineData("""{"steps":[{"id":"a","type":"data.set","effects":"maybe"}]}""", "flow.steps[0].effects")]
    [InlineData("""{"steps":[],"steps":[]}""", "flow")]
    public void Parse_MalformedDocument_NamesThePlace(string document, string path)
    {
        var error = FlowJson.Parse(document).Error;

        Assert.Equal("flow.malformed", error?.Code);
        Assert.StartsWith(path, error!.Fields[0].Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NestedTenThousandDeep_IsRefused() =>
        Assert.Equal("flow.malformed", FlowJson.Parse(
            """{"steps":[{"id":"a","type":"data.set","config":{"value":""" + new string('[', 10_000) + new string(']', 10_000) + "}}]}").Error?.Code);

    [Fact]
    public void Validate_TenThousandSteps_IsRefusedByCountAlone()
    {
        var flow = new FlowDocument { Steps = [.. Enumerable.Range(0, 10_000).Select(i => new FlowStep { Id = $"s{i}", Type = "data.set" })] };

        var problem = Assert.Single(FlowValidator.Validate(flow));

        Assert.Equal("steps", problem.Path);
    }

    [Fact]
    public void Validate_EveryExampleOfTheCatalog_IsRight()
    {
        foreach (var type in StepCatalog.All.Where(type => !type.IsPlaceholder))
        {
            var steps = new List<FlowStep> { new() { Id = "it", Type = type.Name, Config = type.Example } };
            if (type.IsContainer)
            {
                steps.Add(new FlowStep { Id = "inside", Type = "data.set", Parent = "it", Config = JsonDocument.Parse("""{"value":1}""").RootElement });
            }

            Assert.Empty(FlowValidator.Validate(new FlowDocument { Steps = steps }));
        }
    }

    public static TheoryData<string, string?, string?> NewSteps => new()
    {
        { "trigger.manual", null, null },
        { "trigger.webhook", null, null },
        { "trigger.schedule", null, null },
        { "ai.chat", null, null },
        { "http.request", "config.url", "Give the address to call." },
        { "data.set", null, null },
        { "logic.if", "config.condition", "Give a condition, such as input.count > 2." },
        { "logic.switch", "config.value", "Give the value that is compared with the cases, such as {{ input.kind }}." },
        { "logic.map", "config.items", "Give the list to go through: an array, or a template that gives one, such as {{ input.items }}." },
        { "logic.loop", null, null },
        { "logic.join", null, null },
        { "logic.wait", null, null },
        { "human.approval", null, null },
        { "task.create", null, null },
        { "flow.call", "config.flowId", "Choose the flow to call." },
        { "node.command", null, null },
        { "output", null, null },
    };

    [Theory]
    [MemberData(nameof(NewSteps))]
    public void Validate_NewStepOfTheBuilder_IsRightOrAsksForTheOneThingToChoose(string name, string? field, string? message)
    {
        var type = StepCatalog.Find(name)!;
        var step = new FlowStep { Id = "it", Type = name, Config = type.Fresh };
        var inside = new FlowStep { Id = "inside", Type = "data.set", Parent = "it", Config = StepCatalog.Find("data.set")!.Fresh };

        var problems = FlowValidator.Validate(new FlowDocument { Steps = type.IsContainer ? [step, inside] : [step] });

        Assert.Equal(field is null ? [] : [(field, message!)], problems.Select(problem => (problem.Field, problem.Message)));
    }

    [Fact]
    public void NewSteps_AreAllThatOneCanAdd() =>
        Assert.Equal(StepCatalog.All.Where(type => !type.IsPlaceholder).Select(type => type.Name), NewSteps.Select(row => row.Data.Item1));

    [Fact]
    public void NewSteps_ReadNothingThatAFlowMayNotHave()
    {
        foreach (var type in StepCatalog.All.Where(type => !type.IsPlaceholder))
        {
            var paths = JsonTemplate.Parse(ConfigTemplates.TemplatedPart(type, type.Fresh), out _).Paths.Select(each => each.Read.ToString());

            Assert.All(paths, path => Assert.Contains(path, new[] { "input", "run.flowName" }));
        }
    }

    [Fact]
    public void Validate_SampleFlow_IsRight() =>
        Assert.Empty(FlowValidator.Validate(SampleFlow.Create(new Uri("http://localhost:5080/samples/spare-machines.txt"))));
}
