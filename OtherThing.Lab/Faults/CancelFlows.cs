namespace OtherThing.Lab.Faults;

/// <summary>What is cancelled: a call, calls in parallel, a wait, a called flow, a process on a machine, something that is nearly through.</summary>
internal static class CancelFlows
{
    public const string Wait = """
        {"steps":[{"id":"start","type":"trigger.manual"},{"id":"wait","type":"logic.wait","config":{"seconds":0.4}},{"id":"long","type":"logic.wait","config":{"seconds":900}},{"id":"end","type":"data.set","config":{"value":1}}],
         "connections":[{"from":"start","to":"wait"},{"from":"wait","to":"long"},{"from":"long","to":"end"}]}
        """;

    public const string Command = """
        {"steps":[{"id":"start","type":"trigger.manual"},{"id":"run","type":"node.command","config":{"command":["sleep","900.{{ input.n }}"]}},{"id":"end","type":"data.set","config":{"value":1}}],
         "connections":[{"from":"start","to":"run"},{"from":"run","to":"end"}]}
        """;

    /// <summary>Ends by itself in some tens of milliseconds, so that cancel and end race.</summary>
    public const string Short = """
        {"steps":[{"id":"start","type":"trigger.manual"},{"id":"a","type":"logic.wait","config":{"seconds":0.05}},{"id":"b","type":"logic.wait","config":{"seconds":0.05}},{"id":"end","type":"output","config":{"value":"{{ input.n }}"}}],
         "connections":[{"from":"start","to":"a"},{"from":"a","to":"b"},{"from":"b","to":"end"}]}
        """;

    /// <summary>A call, then five at once in a map, to something slow.</summary>
    public static string Http(Uri sink) => $$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"one","type":"http.request","config":{"method":"POST","url":"{{{sink}}}effect/{{ input.n }}/one"},"onError":"continue"},
          {"id":"each","type":"logic.map","config":{"items":[1,2,3,4,5]}},
          {"id":"call","type":"http.request","parent":"each","config":{"method":"POST","url":"{{{sink}}}effect/{{ input.n }}/{{ item }}"}},
          {"id":"end","type":"data.set","config":{"value":1}}],
         "connections":[{"from":"start","to":"one"},{"from":"start","to":"each"},{"from":"each","to":"end"},{"from":"one","to":"end"}]}
        """;

    public static string Call(string flow) => $$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},{"id":"call","type":"flow.call","config":{"flowId":"{{{flow}}}","input":"{{ input }}"}},{"id":"end","type":"data.set","config":{"value":1}}],
         "connections":[{"from":"start","to":"call"},{"from":"call","to":"end"}]}
        """;
}
