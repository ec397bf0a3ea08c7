using System.Globalization;
using System.Text;

namespace OtherThing.Lab.BadFlows;

/// <summary>Broken flows of every sort: each must be refused with the step, the field and a reason, quickly and in little memory.</summary>
public static class BadFlowCorpus
{
    private const string Start = """{"id":"start","type":"trigger.manual"}""";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<BadFlow> All { get; } = [.. Graphs(), .. Steps(), .. Configs(), .. Templates(), .. Documents(), .. Large()];

    private static IEnumerable<BadFlow> Graphs() =>
    [
        Wired("circle of one", """{"id":"a","type":"data.set","config":{"value":1}}""", "a>a", "a", "connections"),
        Wired("circle of two", Sets("a", "b"), "a>b b>a", null, "connections"),
        Wired("circle behind a start", Sets("a", "b", "c"), "start>a a>b b>c c>a", null, "connections"),
        Wired("circle beside a good path", Sets("a", "b", "c"), "start>a b>c c>b", null, "connections"),
        Wired("circle inside a loop", """{"id":"w","type":"logic.loop","config":{"while":"true"}},"""
            + Sets("a", "b").Replace("\"config\"", "\"parent\":\"w\",\"config\"", StringComparison.Ordinal), "a>b b>a", null, "connections"),
        Wired("leads to nowhere", Sets("a"), "start>a a>gone", null, "connections[1].to"),
        Wired("comes from nowhere", Sets("a"), "gone>a", null, "connections[0].from"),
        Wired("connected twice", Sets("a"), "start>a start>a", null, "connections[1]"),
        Wired("port that is none", Sets("a", "b"), "a.maybe>b", "a", "connections[0].port"),
        Wired("error port without branch", Sets("a", "b"), "a.error>b", "a", "connections[0].port"),
        Wired("if by its out", """{"id":"q","type":"logic.if","config":{"condition":"true"}},""" + Sets("a"), "q>a", "q", "connections[0].port"),
        Wired("case that is none", """{"id":"q","type":"logic.switch","config":{"value":1,"cases":["x"]}},""" + Sets("a"), "q.y>a", "q", "connections[0].port"),
        Wired("into a trigger", Sets("a"), "a>start", "start", "connections[0].to"),
        Wired("out of an output", """{"id":"o","type":"output","config":{"value":1}},""" + Sets("a"), "o>a", "o", "connections[0].from"),
        Wired("into a container", Map("each") + "," + Child("inner", "each"), "start>inner", "inner", "connections[0]"),
        Wired("out of a container", Map("each") + "," + Child("inner", "each") + "," + Sets("a"), "inner>a", "a", "connections[0]"),
        Wired("between two containers", Map("m") + "," + Map("n") + "," + Child("a", "m") + "," + Child("b", "n"), "a>b", "b", "connections[0]"),
        Of("connection that is null", $$"""{"steps":[{{Start}}],"connections":[null]}""", null, "connections[0]"),
        Of("connection without an end", $$"""{"steps":[{{Start}}],"connections":[{"from":"start"}]}""", null, "flow"),
        Of("connection to null", $$"""{"steps":[{{Start}}],"connections":[{"from":"start","to":null}]}""", null, "flow.connections[0].to"),
    ];

    private static IEnumerable<BadFlow> Steps() =>
    [
        Alone("two steps of one id", Sets("a", "a"), "a", "id"),
        Alone("id that begins with a digit", """{"id":"1a","type":"data.set","config":{"value":1}}""", null, "steps[1].id"),
        Alone("id with a dash", """{"id":"a-b","type":"data.set","config":{"value":1}}""", null, "steps[1].id"),
        Alone("id with script", """{"id":"<script>","type":"data.set","config":{"value":1}}""", null, "steps[1].id"),
        Alone("empty id", """{"id":"","type":"data.set","config":{"value":1}}""", null, "steps[1].id"),
        Alone("id of 65 characters", $$$"""{"id":"{{{new string('a', 65)}}}","type":"data.set","config":{"value":1}}""", null, "steps[1].id"),
        Alone("no id", """{"type":"data.set","config":{"value":1}}""", null, "flow.steps[1]"),
        Alone("no type", """{"id":"a"}""", null, "flow.steps[1]"),
        Alone("step that is null", "null", null, "steps[1]"),
        Alone("step that is a number", "7", null, "flow.steps[1]"),
        Alone("type that is none", """{"id":"a","type":"data.sett"}""", "a", "type"),
        Alone("type in capitals", """{"id":"a","type":"Data.Set","config":{"value":1}}""", "a", "type"),
        Alone("type of another tool", """{"id":"a","type":"n8n-nodes-base.httpRequest"}""", "a", "type"),
        Alone("unknown field", """{"id":"a","type":"data.set","config":{"value":1},"run":"rm"}""", null, "flow.steps[1].run"),
        Alone("inside of nothing", """{"id":"a","type":"data.set","parent":"gone","config":{"value":1}}""", "a", "parent"),
        Alone("inside of itself", """{"id":"m","type":"logic.map","parent":"m","config":{"items":[1]}}""", "m", "parent"),
        Alone("inside of each other",
            """{"id":"m","type":"logic.map","parent":"n","config":{"items":[1]}},{"id":"n","type":"logic.map","parent":"m","config":{"items":[1]}}""", "m",
            "parent"),
        Alone("inside of what holds none", Sets("a") + "," + Child("b", "a"), "b", "parent"),
        Alone("trigger inside a container", Map("each") + """,{"id":"t","type":"trigger.manual","parent":"each"}""", "t", "parent"),
        Alone("output inside a container", Map("each") + """,{"id":"o","type":"output","parent":"each","config":{"value":1}}""", "o", "parent"),
        Alone("container that holds nothing", Map("each"), "each", "parent"),
        Alone("nine deep",
            string.Join(',', Enumerable.Range(0, 10)
                .Select(i => $$"""{"id":"m{{i}}","type":"logic.map",{{(i == 0 ? "" : $"\"parent\":\"m{i - 1}\",")}}"config":{"items":[1]} }""")) + "," + Child(
                "a", "m9"),
            "a", "parent"),
        Alone("negative retries", """{"id":"a","type":"data.set","config":{"value":1},"retry":{"max":-1}}""", "a", "retry.max"),
        Alone("a thousand retries", """{"id":"a","type":"data.set","config":{"value":1},"retry":{"max":1000}}""", "a", "retry.max"),
        Alone("backoff of a year", """{"id":"a","type":"data.set","config":{"value":1},"retry":{"max":1,"backoffSeconds":31536000}}""", "a",
            "retry.backoffSeconds"),
        Alone("no time at all", """{"id":"a","type":"data.set","config":{"value":1},"timeoutSeconds":0}""", "a", "timeoutSeconds"),
        Alone("time beyond numbers", """{"id":"a","type":"data.set","config":{"value":1},"timeoutSeconds":99999999999}""", null,
            "flow.steps[1].timeoutSeconds"),
        Alone("policy that is none", """{"id":"a","type":"data.set","config":{"value":1},"onError":"ignore"}""", null, "flow.steps[1].onError"),
        Alone("effects that are none", """{"id":"a","type":"data.set","config":{"value":1},"effects":"sometimes"}""", null, "flow.steps[1].effects"),
        Alone("off the canvas", """{"id":"a","type":"data.set","config":{"value":1},"position":{"x":1e12,"y":0}}""", "a", "position"),
        Alone("name of 201 characters", $$$"""{"id":"a","name":"{{{new string('x', 201)}}}","type":"data.set","config":{"value":1}}""", "a", "name"),
    ];

    private static IEnumerable<BadFlow> Configs() =>
    [
        Alone("config that is a list", """{"id":"a","type":"data.set","config":[1]}""", "a", "config"),
        Alone("config without its value", """{"id":"a","type":"data.set","config":{}}""", "a", "config"),
        Alone("config with a field of no use", """{"id":"a","type":"logic.join","config":{"mode":"all","speed":9}}""", "a", "config.speed"),
        Alone("config field twice", """{"id":"a","type":"data.set","config":{"value":1,"value":2}}""", null, "flow"),
        Alone("method that is none", """{"id":"a","type":"http.request","config":{"method":"FETCH","url":"https://example.com"}}""", "a", "config.method"),
        Alone("no address", """{"id":"a","type":"http.request","config":{"url":""}}""", "a", "config.url"),
        Alone("address that is a number", """{"id":"a","type":"http.request","config":{"url":7}}""", "a", "config.url"),
        Alone("headers that are a list", """{"id":"a","type":"http.request","config":{"url":"https://example.com","headers":["a"]}}""", "a", "config.headers"),
        Alone("no model", """{"id":"a","type":"ai.chat","config":{"provider":"openai","prompt":"Hi"}}""", "a", "config"),
        Alone("temperature of 9", """{"id":"a","type":"ai.chat","config":{"provider":"openai","model":"m","prompt":"Hi","temperature":9}}""", "a",
            "config.temperature"),
        Alone("key that is no id", """{"id":"a","type":"ai.chat","config":{"provider":"openai","model":"m","prompt":"Hi","keyId":"sk-123"}}""", "a",
            "config.keyId"),
        Alone("command and script", """{"id":"a","type":"node.command","config":{"command":["ls"],"script":"ls","shell":"sh"}}""", "a", "config.script"),
        Alone("neither command nor script", """{"id":"a","type":"node.command","config":{}}""", "a", "config.command"),
        Alone("command in one line", """{"id":"a","type":"node.command","config":{"command":"rm -rf /"}}""", "a", "config.command"),
        Alone("map over a number", """{"id":"m","type":"logic.map","config":{"items":7}},""" + Child("a", "m"), "m", "config.items"),
        Alone("map of 5,000 at once", """{"id":"m","type":"logic.map","config":{"items":[1],"concurrency":5000}},""" + Child("a", "m"), "m",
            "config.concurrency"),
        Alone("map with a wrong policy", """{"id":"m","type":"logic.map","config":{"items":[1],"onItemError":"explode"}},""" + Child("a", "m"), "m",
            "config.onItemError"),
        Alone("loop of a million", """{"id":"w","type":"logic.loop","config":{"while":"true","maxIterations":1000000}},""" + Child("a", "w"), "w",
            "config.maxIterations"),
        Alone("wait for both", """{"id":"a","type":"logic.wait","config":{"seconds":1,"until":"2030-01-01"}}""", "a", "config.until"),
        Alone("wait for nothing", """{"id":"a","type":"logic.wait","config":{}}""", "a", "config.seconds"),
        Alone("wait backwards", """{"id":"a","type":"logic.wait","config":{"seconds":-1}}""", "a", "config.seconds"),
        Alone("switch without cases", """{"id":"a","type":"logic.switch","config":{"value":1,"cases":[]}}""", "a", "config.cases"),
        Alone("join of a mode that is none", """{"id":"a","type":"logic.join","config":{"mode":"some"}}""", "a", "config.mode"),
        Alone("form field without a name", """{"id":"t","type":"trigger.manual","config":{"fields":[{"name":""}]}}""", "t", "config.fields"),
        Alone("two form fields of one name", """{"id":"t","type":"trigger.manual","config":{"fields":[{"name":"a"},{"name":"a"}]}}""", "t", "config.fields"),
        Alone("schedule that is none", """{"id":"t","type":"trigger.schedule","config":{"cron":"every day"}}""", "t", "config.cron"),
        Alone("time zone that is none", """{"id":"t","type":"trigger.schedule","config":{"cron":"0 9 * * *","timezone":"Mars/Olympus"}}""", "t",
            "config.timezone"),
        Alone("call of no flow", """{"id":"a","type":"flow.call","config":{"flowId":"the other one"}}""", "a", "config.flowId"),
    ];

    private static IEnumerable<BadFlow> Templates() =>
    [
        Alone("template left open", Set("a", "{{ input.x"), "a", "config.value"),
        Alone("tag left open", Set("a", "{% if input.x %}yes"), "a", "config.value"),
        Alone("tag that is none", Set("a", "{% include 'x' %}"), "a", "config.value"),
        Alone("filter that is none", Set("a", "{{ input.x | explode }}"), "a", "config.value"),
        Alone("filter with too little", Set("a", "{{ input.x | replace }}"), "a", "config.value"),
        Alone("root that is none", Set("a", "{{ process.env }}"), "a", "config.value"),
        Alone("step that is not there", Set("a", "{{ steps.gone.text }}"), "a", "config.value"),
        Alone("item outside of a map", Set("a", "{{ item.name }}"), "a", "config.value"),
        Alone("deep inside a value", """{"id":"a","type":"data.set","config":{"value":{"x":[{"y":"{{ nonsense | }}"}]}}}""", "a", "config.value.x[0].y"),
        Alone("condition with braces", """{"id":"a","type":"logic.if","config":{"condition":"{{ input.x }} > 2"}}""", "a", "config.condition"),
        Alone("condition cut short", """{"id":"a","type":"logic.if","config":{"condition":"input.x >"}}""", "a", "config.condition"),
        Alone("empty condition", """{"id":"a","type":"logic.if","config":{"condition":""}}""", "a", "config.condition"),
        Alone("tags nested 1,000 deep",
            Set("a", string.Concat(Enumerable.Repeat("{% if input.x %}", 1_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 1_000))), "a",
            "config.value"),
        Alone("template of 300,000 characters", Set("a", "{{ input.x }}" + new string('x', 300_000)), "a", "config.value"),
    ];

    private static IEnumerable<BadFlow> Documents() =>
    [
        Of("nothing", "", null, "flow"),
        Of("no JSON", "steps: []", null, "flow"),
        Of("cut off", """{"steps":[{"id":"a",""", null, "flow"),
        Of("a list", "[]", null, "flow"),
        Of("null", "null", null, "flow"),
        Of("steps that are an object", """{"steps":{}}""", null, "flow.steps"),
        Of("steps that are null", """{"steps":null}""", null, "flow.steps"),
        Of("schema of the future", $$"""{"schema":99,"steps":[{{Start}}]}""", null, "schema"),
        Of("a field of no use", """{"steps":[],"secrets":[]}""", null, "flow.secrets"),
        Of("two notes of one id", $$"""{"steps":[{{Start}}],"notes":[{"id":"n"},{"id":"n"}]}""", null, "notes[1].id"),
        Of("note of no size", $$"""{"steps":[{{Start}}],"notes":[{"id":"n","width":0}]}""", null, "notes[0].position"),
        Of("note of 30,000 characters", $$$"""{"steps":[{{{Start}}}],"notes":[{"id":"n","text":"{{{new string('x', 30_000)}}}"}]}""", null, "notes[0].text"),
    ];

    private static IEnumerable<BadFlow> Large() =>
    [
        Of("10,000 steps", $$"""{"steps":[{{Sets([.. Enumerable.Range(0, 10_000).Select(i => "s" + Number(i))])}}]}""", null, "steps"),
        Of("10,000 connections",
            $$"""{"steps":[{{Sets("a", "b")}}],"connections":[{{string.Join(',', Enumerable.Repeat("""{"from":"a","to":"b"}""", 10_000))}}]}""", null,
            "connections"),
        Of("1,000 notes", $$"""{"steps":[{{Start}}],"notes":[{{string.Join(',', Enumerable.Range(0, 1_000).Select(i => $$"""{"id":"n{{i}}"}"""))}}]}""",
            null, "notes"),
        Alone("JSON nested 10,000 deep", $$$"""{"id":"a","type":"data.set","config":{"value":{{{Nested(10_000)}}}}}""", null, "flow"),
        Of("steps nested 10,000 deep", $$"""{"steps":{{Nested(10_000)}} }""", null, "flow"),
        Of("2,000 steps that are all wrong",
            $$"""{"steps":[{{string.Join(',', Enumerable.Repeat("""{"id":"1","type":"x","config":7,"onError":"fail"}""", 2_000))}}]}""", null, "steps[0].id"),
        Wired("circle of 2,000", Sets([.. Enumerable.Range(0, 1_999).Select(i => "s" + Number(i))]),
            string.Join(' ', Enumerable.Range(0, 1_999).Select(i => $"s{Number(i)}>s{Number((i + 1) % 1_999)}")), null, "connections"),
        Alone("config of 1,000,000 characters", Set("a", "{{ x }}" + new string('y', 1_000_000)), "a", "config.value"),
        Alone("100,000 cases", $$"""{"id":"a","type":"logic.switch","config":{"value":1,"cases":[{{string.Join(',', Enumerable.Range(0, 100_000))}}]} }""",
            "a", "config.cases"),
        Of("8,000 connections out of 100,000 cases",
            $$$"""{"steps":[{"id":"a","type":"logic.switch","config":{"value":1,"cases":[{{{string.Join(',', Enumerable.Range(0, 100_000))}}}]}},{{{Sets("b")}}}],"connections":[{{{string.Join(',', Enumerable.Range(0, 8_000).Select(i => $$"""{"from":"a","port":"{{i}}","to":"b"}"""))}}}]}""",
            "a", "config.cases"),
        Of("larger than any flow", $$$"""{"steps":[{{{Set("a", new string('x', 4_100_000))}}}]}""", null, ""),
        Alone("100,000 templates in one value",
            $$$"""{"id":"a","type":"data.set","config":{"value":[{{{string.Join(',', Enumerable.Repeat("\"{{x\"", 100_000))}}}]}}""", "a", "config.value[0]"),
    ];

    private static BadFlow Of(string name, string document, string? stepId, string field) => new(name, document, stepId, field);

    private static BadFlow Alone(string name, string steps, string? stepId, string field) => Of(name, $$"""{"steps":[{{Start}},{{steps}}]}""", stepId, field);

    /// <summary>Connections as <c>a&gt;b q.true&gt;c</c>.</summary>
    private static BadFlow Wired(string name, string steps, string connections, string? stepId, string field)
    {
        var links = connections.Split(' ').Select(text => text.Split('>')).Select(ends => ends[0].Split('.') is [var from, var port]
            ? $$"""{"from":"{{from}}","port":"{{port}}","to":"{{ends[1]}}"}"""
            : $$"""{"from":"{{ends[0]}}","to":"{{ends[1]}}"}""");
        return Of(name, $$"""{"steps":[{{Start}},{{steps}}],"connections":[{{string.Join(',', links)}}]}""", stepId, field);
    }

    private static string Sets(params string[] ids) => string.Join(',', ids.Select(id => $$$"""{"id":"{{{id}}}","type":"data.set","config":{"value":1}}"""));

    private static string Set(string id, string template) => $$$"""{"id":"{{{id}}}","type":"data.set","config":{"value":"{{{template}}}"}}""";

    private static string Map(string id) => $$$"""{"id":"{{{id}}}","type":"logic.map","config":{"items":[1]}}""";

    private static string Child(string id, string parent) => $$$"""{"id":"{{{id}}}","type":"data.set","parent":"{{{parent}}}","config":{"value":1}}""";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Nested(int depth) => new StringBuilder().Append('[', depth).Append(']', depth).ToString();
}
