namespace OtherThing.Lab.Engine;

/// <summary>The flows that are measured.</summary>
internal static class EngineFlows
{
    public const string Command = """
        {"steps":[{"id":"start","type":"trigger.manual"},{"id":"run","type":"node.command","config":{"command":["/bin/true"]}}],"connections":[{"from":"start","to":"run"}]}
        """;

    /// <summary>Name, document, and the promise in milliseconds.</summary>
    public static IReadOnlyList<(string Name, string Document, double Most)> Promises { get; } =
    [
        ("forty pure steps in a row", DataSets(40), 10),
        ("map over 1,000 items", Map(1_000), 60),
        ("map over 10,000 items", Map(10_000), 600),
        ("ten branches of 1 s that join", Waits(10), 1_200),
    ];

    /// <summary>Three maps of 3 in one another: the output holds 0 to 26, in order.</summary>
    public const string NestedMaps = """
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"a","type":"logic.map","config":{"items":[0,9,18]}},
          {"id":"b","type":"logic.map","parent":"a","config":{"items":["{{ item }}","{{ item | plus: 3 }}","{{ item | plus: 6 }}"]}},
          {"id":"c","type":"logic.map","parent":"b","config":{"items":["{{ item }}","{{ item | plus: 1 }}","{{ item | plus: 2 }}"]}},
          {"id":"one","type":"data.set","parent":"c","config":{"value":"{{ item }}"}},
          {"id":"out","type":"output","config":{"value":"{{ steps.a }}"}}],
         "connections":[{"from":"start","to":"a"},{"from":"a","to":"out"}]}
        """;

    /// <summary>That many calls with an effect in a row: each is on disk before and after it.</summary>
    public static string Effects(int count, Uri sink)
    {
        var steps = string.Join(',', Enumerable.Range(0, count).Select(i =>
            $$$$"""{"id":"e{{{{i}}}}","type":"http.request","effects":"once","config":{"method":"POST","url":"{{{{sink}}}}effect/{{ run.id }}/{{{{i}}}}"}}"""));
        var connections = string.Join(',', Enumerable.Range(1, count - 1).Select(i => $$"""{"from":"e{{i - 1}}","to":"e{{i}}"}"""));
        return $$"""{"steps":[{"id":"start","type":"trigger.manual"},{{steps}}],"connections":[{"from":"start","to":"e0"},{{connections}}]}""";
    }

    /// <summary>A map whose every item is one call.</summary>
    public static string Calls(int items, int concurrency, Uri sink) => $$$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"each","type":"logic.map","config":{"items":[{{{{string.Join(',', Enumerable.Range(0, items))}}}}],"concurrency":{{{{concurrency}}}}}},
          {"id":"call","type":"http.request","parent":"each","effects":"once","config":{"method":"POST","url":"{{{{sink}}}}effect/{{ run.id }}/{{ index }}"}}],
         "connections":[{"from":"start","to":"each"}]}
        """;

    /// <summary>A webhook that answers with the output.</summary>
    public const string Hook = """{"id":"start","type":"trigger.webhook","config":{"respond":"output"}}""";

    /// <summary>A trigger, that many data.set in a row, an output.</summary>
    public static string DataSets(int count, string trigger = """{"id":"start","type":"trigger.manual"}""", string first = "input.n")
    {
        List<string> steps = [trigger];
        List<string> connections = [];
        var previous = "start";
        for (var i = 0; i < count; i++)
        {
            var value = i == 0 ? $"{{{{ {first} }}}}" : $"{{{{ steps.s{i - 1}.n | plus: 1 }}}}";
            steps.Add($$$$"""{"id":"s{{{{i}}}}","type":"data.set","config":{"value":{"n":"{{{{value}}}}","text":"a value"}}}""");
            connections.Add($$"""{"from":"{{previous}}","to":"s{{i}}"}""");
            previous = $"s{i}";
        }

        steps.Add($$$$"""{"id":"out","type":"output","config":{"value":"{{ steps.{{{{previous}}}}.n }}"}}""");
        connections.Add($$"""{"from":"{{previous}}","to":"out"}""");
        return $$"""{"steps":[{{string.Join(',', steps)}}],"connections":[{{string.Join(',', connections)}}]}""";
    }

    private static string Map(int items) => $$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"each","type":"logic.map","config":{"items":[{{{string.Join(',', Enumerable.Range(0, items))}}}],"concurrency":100}},
          {"id":"one","type":"data.set","parent":"each","config":{"value":"{{ item | times: 2 }}"}},
          {"id":"out","type":"output","config":{"value":"{{ steps.each | size }}"}}],
         "connections":[{"from":"start","to":"each"},{"from":"each","to":"out"}]}
        """;

    private static string Waits(int branches)
    {
        var steps = string.Join(',', Enumerable.Range(0, branches).Select(i => $$$"""{"id":"w{{{i}}}","type":"logic.wait","config":{"seconds":1}}"""));
        var connections = string.Join(',', Enumerable.Range(0, branches).Select(i => $$"""{"from":"start","to":"w{{i}}"},{"from":"w{{i}}","to":"join"}"""));
        return $$"""{"steps":[{"id":"start","type":"trigger.manual"},{{steps}},{"id":"join","type":"logic.join"}],"connections":[{{connections}}]}""";
    }
}
