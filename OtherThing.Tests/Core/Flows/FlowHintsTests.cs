using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;

namespace OtherThing.Tests.Core.Flows;

/// <summary>What is said of flows that can run and will probably not do what they should.</summary>
public sealed class FlowHintsTests
{
    private static readonly Guid s_own = Guid.Parse("0198c1f0-5f3e-7a52-9d41-3b6a0c2e7f18");
    private static readonly Guid s_foreign = Guid.Parse("0198c1f0-5f3e-7a52-9d41-3b6a0c2e7f19");

    /// <summary>Config of a chat step, what the workspace has, and what is said of which field.</summary>
    public static TheoryData<string, string?, string?> Keys => new()
    {
        { """{"provider":"openai","model":"m","prompt":"p"}""", null, null },
        { """{"provider":"anthropic","model":"m","prompt":"p"}""", "config.provider", "This workspace has no key for Anthropic. Add one on the API keys "
            + "page, or choose another provider." },
        { """{"provider":"{{ input.provider }}","model":"m","prompt":"p"}""", null, null },
        { """{"provider":"opnai","model":"m","prompt":"p"}""", "config.provider", "There is no provider 'opnai'. Choose one of openai, anthropic, google, "
            + "groq, custom, nodes." },
        { """{"provider":"nodes","model":"llama3.2","prompt":"p"}""", null, null },
        { """{"provider":"nodes","model":"qwen3","prompt":"p"}""", "config.model", "No machine of this workspace serves qwen3." },
        { """{"provider":"nodes","model":"{{ input.model }}","prompt":"p"}""", null, null },
        { $$"""{"provider":"nodes","model":"llama3.2","keyId":"{{s_own}}","prompt":"p"}""", "config.keyId", "Machines of the workspace take no key. Leave it "
            + "out." },
        { $$"""{"provider":"openai","keyId":"{{s_own}}","model":"m","prompt":"p"}""", null, null },
        { $$"""{"provider":"groq","keyId":"{{s_own}}","model":"m","prompt":"p"}""", "config.keyId", "This key is for openai, and the step asks groq. Choose "
            + "a key of groq, or change the provider." },
        { $$"""{"provider":"openai","keyId":"{{s_foreign}}","model":"m","prompt":"p"}""", "config.keyId", "There is no such key in this workspace. Choose "
            + "another one." },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public void Find_KeyOfAModelStep(string config, string? field, string? message) =>
        AssertHint(field, message, FlowHints.Find(Led($$$"""{"id":"ask","type":"ai.chat","config":{{{config}}}}"""), Facts()));

    [Fact]
    public void Find_KeysThatMayNotBeSeen_AreNotSpokenOf() => Assert.Empty(FlowHints.Find(
        Led("""{"id":"ask","type":"ai.chat","config":{"provider":"anthropic","model":"m","prompt":"p"}}"""), FlowFacts.None));

    /// <summary>A step before, what the step after it reads, and what is said.</summary>
    public static TheoryData<string, string, string?> Outputs => new()
    {
        { """{"id":"x","type":"ai.chat","name":"Ask","config":{"provider":"openai","model":"m","prompt":"p"}}""", "steps.x.text", null },
        { """{"id":"x","type":"ai.chat","name":"Ask","config":{"provider":"openai","model":"m","prompt":"p"}}""", "steps.x.txt", "The output of 'Ask' has no "
            + "'txt'; it has text, json, model, usage, finishReason. Did you mean 'text'?" },
        { """{"id":"x","type":"ai.chat","name":"Ask","config":{"provider":"openai","model":"m","prompt":"p"}}""", "steps.x.output.text", "The output of 'Ask' has no 'output'; it has text, json, model, usage, finishReason." },
        { """{"id":"x","type":"ai.chat","name":"Ask","config":{"provider":"openai","model":"m","prompt":"p"}}""", "steps.x.usage.tokens", "The output of 'Ask', in 'usage', has no 'tokens'; it has inputTokens, outputTokens." },
        { """{"id":"x","type":"ai.chat","name":"Ask","config":{"provider":"openai","model":"m","prompt":"p"}}""", "steps.x.json.anything", null },
        { """{"id":"x","type":"ai.chat","name":"Ask","config":{"provider":"openai","model":"m","prompt":"p","responseSchema":{"type":"object","properties":{"title":{"type":"string"}}}}}""", "steps.x.json.titl", "The output of 'Ask', in 'json', has no 'titl'; it has title. Did you mean 'title'?" },
        { """{"id":"x","type":"http.request","config":{"url":"https://example.com"}}""", "steps.x.body.anything", null },
        { """{"id":"x","type":"http.request","config":{"url":"https://example.com"}}""", "steps.x.headers.etag", null },
        { """{"id":"x","type":"http.request","config":{"url":"https://example.com"}}""", "steps.x.data", "The output of 'x' has no 'data'; it has status, "
            + "headers, body." },
        { """{"id":"x","type":"http.request","config":{"url":"https://example.com"},"onError":"branch"}""", "steps.x.error.message", null },
        { """{"id":"x","type":"http.request","config":{"url":"https://example.com"}}""", "steps.x.error.message", "The output of 'x' has no 'error'; it has "
            + "status, headers, body." },
        { """{"id":"x","type":"data.set","config":{"value":{"a":{"b":1},"list":[1]}}}""", "steps.x.a.b", null },
        { """{"id":"x","type":"data.set","config":{"value":{"a":{"b":1},"list":[1]}}}""", "steps.x.list[0]", null },
        { """{"id":"x","type":"data.set","config":{"value":{"a":{"b":1},"list":[1]}}}""", "steps.x.size", null },
        { """{"id":"x","type":"data.set","config":{"value":{"a":{"b":1},"list":[1]}}}""", "steps.x.a.c", "The output of 'x', in 'a', has no 'c'; it has b. "
            + "Did you mean 'b'?" },
        { """{"id":"x","type":"data.set","config":{"value":"{{ input }}"}}""", "steps.x.anything", null },
        { """{"id":"x","type":"flow.call","config":{"flowId":"{{ input.flow }}"}}""", "steps.x.anything", null },
        { """{"id":"x","type":"logic.join","config":{}}""", "steps.x.start", null },
        { """{"id":"x","type":"logic.join","config":{}}""", "steps.x.end", "The output of 'x' has no 'end'; it has start." },
    };

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Find_FieldThatAnOutputDoesNotHave(string before, string path, string? message)
    {
        var flow = Led(before, $$$"""{"id":"end","type":"output","config":{"value":"{{ {{{path}}} }}"}}""");

        AssertHint(message is null ? null : "config.value", message, FlowHints.Find(flow, Facts()));
    }

    [Fact]
    public void Find_FieldInACondition_IsNamedThere() => AssertHint(
        "config.condition", "The output of 'x' has no 'code'; it has status, headers, body.",
        FlowHints.Find(
            Led("""{"id":"x","type":"http.request","config":{"url":"https://example.com"}}""",
                """{"id":"end","type":"logic.if","config":{"condition":"steps.x.code == 200"}}"""),
            Facts()));

    /// <summary>The triggers, what is read, and what is said.</summary>
    public static TheoryData<string, string, string?> Inputs => new()
    {
        { """{"id":"start","type":"trigger.manual","config":{"fields":[]}}""", "input.anything", null },
        { """{"id":"start","type":"trigger.manual","name":"Start","config":{"fields":[{"name":"topic"}]}}""", "input.topic", null },
        { """{"id":"start","type":"trigger.manual","name":"Start","config":{"fields":[{"name":"topic"}]}}""", "input", null },
        { """{"id":"start","type":"trigger.manual","name":"Start","config":{"fields":[{"name":"topic"}]}}""", "input.topik", "'Start' declares no input "
            + "'topik'; it declares topic. Did you mean 'topic'? Declare it there, or correct the name." },
        { """{"id":"start","type":"trigger.webhook","config":{}}""", "input.body.any", null },
        { """{"id":"start","type":"trigger.webhook","config":{}}""", "input.email", "No trigger of this flow gives 'email' as input; there is body, headers, "
            + "query." },
        { """{"id":"start","type":"trigger.manual","config":{"fields":[{"name":"topic"}]}},{"id":"hook","type":"trigger.webhook","config":{}}""", "input.body", null },
        { """{"id":"start","type":"trigger.manual","config":{"fields":[{"name":"topic"}]}},{"id":"hook","type":"trigger.webhook","config":{}}""", "input.name", "No trigger of this flow gives 'name' as input; there is topic, body, headers, query." },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Find_InputThatIsNotDeclared(string triggers, string path, string? message)
    {
        var flow = Parse(
            $$$"""{"steps":[{{{triggers}}},{"id":"end","type":"output","config":{"value":"{{ {{{path}}} }}"}}],"connections":[{"from":"start","to":"end"}]}""");

        AssertHint(message is null ? null : "config.value", message, FlowHints.Find(flow, Facts()));
    }

    [Fact]
    public void Find_StepThatNothingLeadsTo_AndNoneInsideAContainerOrWithoutATrigger()
    {
        const string Rest = """
            {"id":"lost","type":"data.set","config":{"value":1}},{"id":"each","type":"logic.map","config":{"items":[1]}},
            {"id":"inside","type":"data.set","parent":"each","config":{"value":1}}],"connections":[{"from":"lost","to":"each"}]}
            """;

        var found = FlowHints.Find(Parse("""{"steps":[{"id":"start","type":"trigger.manual"},""" + Rest), Facts());

        var hint = Assert.Single(found);
        Assert.Equal(("lost", "connections"), (hint.StepId, hint.Field));
        Assert.StartsWith("Nothing leads to this step, so it begins as soon as any run does.", hint.Message, StringComparison.Ordinal);
        Assert.True(hint.IsHint);
        Assert.Empty(FlowHints.Find(Parse("""{"steps":[""" + Rest), Facts()));
    }

    [Theory]
    [InlineData("""{"id":"x","type":"flow.call","config":{"flowId":"ID"}}""", "config.flowId", "There is no such flow in this workspace. Choose another one.")]
    [InlineData(
        """{"id":"x","type":"human.approval","config":{"title":"t","assigneeId":"ID"}}""", "config.assigneeId",
        "Nobody with this id is a member of this workspace. Choose another one.")]
    [InlineData(
        """{"id":"x","type":"node.command","config":{"command":["a"],"requirements":{"nodeId":"ID"}}}""", "config.requirements.nodeId",
        "No machine with this id serves this workspace. Choose another one.")]
    public void Find_IdThatIsNotOfTheWorkspace(string step, string field, string message)
    {
        AssertHint(field, message, FlowHints.Find(Led(step.Replace("ID", s_foreign.ToString(), StringComparison.Ordinal)), Facts()));
        Assert.Empty(FlowHints.Find(Led(step.Replace("ID", s_own.ToString(), StringComparison.Ordinal)), Facts()));
        Assert.Empty(FlowHints.Find(Led(step.Replace("ID", Guid.NewGuid().ToString(), StringComparison.Ordinal)), Facts())); // not looked for yet
    }

    [Fact]
    public void Covers_AnIdThatWasNotLookedFor_DoesNot()
    {
        Assert.True(Facts().Covers(Led($$$"""{"id":"x","type":"flow.call","config":{"flowId":"{{{s_foreign}}}"}}""")));
        Assert.False(Facts().Covers(Led($$$"""{"id":"x","type":"flow.call","config":{"flowId":"{{{Guid.NewGuid()}}}"}}""")));
    }

    private static void AssertHint(string? field, string? message, IReadOnlyList<FlowProblem> found) =>
        Assert.Equal(message is null ? [] : [(field!, message)], found.Select(hint => (hint.Field, hint.Message)));

    private static FlowFacts Facts() => new()
    {
        WithoutKey = new Dictionary<string, string> { ["anthropic"] = "Anthropic" },
        Keys = new Dictionary<Guid, string> { [s_own] = "openai" },
        Asked = Every(s_own, s_foreign),
        Known = Every(s_own),
        LocalModels = new Dictionary<string, string?> { ["llama3.2"] = null, ["qwen3"] = "No machine of this workspace serves qwen3." },
    };

    private static HashSet<(FlowReferenceKind, Guid)> Every(params Guid[] ids) =>
        [.. Enum.GetValues<FlowReferenceKind>().SelectMany(kind => ids.Select(id => (kind, id)))];

    /// <summary>A flow that starts by hand and has these steps one after another.</summary>
    private static FlowDocument Led(params string[] steps)
    {
        var ids = steps.Select(step => JsonElement.Parse(step).GetProperty("id").GetString()!).Prepend("start").ToList();
        var connections = ids.Zip(ids.Skip(1), (from, to) => $$"""{"from":"{{from}}","to":"{{to}}"}""");
        return Parse($$"""{"steps":[{"id":"start","type":"trigger.manual"},{{string.Join(',', steps)}}],"connections":[{{string.Join(',', connections)}}]}""");
    }

    private static FlowDocument Parse(string json) => FlowJson.Parse(json).Value;
}
