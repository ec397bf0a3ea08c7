namespace OtherThing.Lab.Faults;

/// <summary>The mixed load that the server is killed under.</summary>
internal static class CrashFlows
{
    /// <summary>Nothing outside is touched: every run must succeed.</summary>
    public const string Pure = """
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"a","type":"data.set","config":{"value":"{{ input.n }}"}},
          {"id":"wait","type":"logic.wait","config":{"seconds":0.3}},
          {"id":"each","type":"logic.map","config":{"items":[1,2,3]}},
          {"id":"inner","type":"logic.map","parent":"each","config":{"items":[1,2,3]}},
          {"id":"one","type":"data.set","parent":"inner","config":{"value":"{{ item | plus: 0 }}"}},
          {"id":"out","type":"output","config":{"value":"{{ steps.a }}"}}],
        "connections":[{"from":"start","to":"a"},{"from":"a","to":"wait"},{"from":"wait","to":"each"},{"from":"each","to":"out"}]}
        """;

    /// <summary>Effects that may be repeated under their key: every run must succeed.</summary>
    public static string Keyed(Uri sink) => $$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"call","type":"http.request","effects":"keyed","retry":{"max":20,"backoffSeconds":0.1},
           "config":{"method":"POST","url":"{{{sink}}}effect/keyed/{{ run.id }}/call"}},
          {"id":"wait","type":"logic.wait","config":{"seconds":0.1}},
          {"id":"again","type":"http.request","effects":"keyed","retry":{"max":20,"backoffSeconds":0.1},
           "config":{"method":"POST","url":"{{{sink}}}effect/keyed/{{ run.id }}/again"}},
          {"id":"out","type":"output","config":{"value":"{{ input.n }}"}}],
        "connections":[{"from":"start","to":"call"},{"from":"call","to":"wait"},{"from":"wait","to":"again"},{"from":"again","to":"out"}]}
        """;

    /// <summary>Effects that must never be repeated: a run succeeds, or ends with a step whose fate is unknown.</summary>
    public static string Once(Uri sink) => $$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"first","type":"http.request","effects":"once","config":{"method":"POST","url":"{{{sink}}}effect/once/{{ run.id }}/first"}},
          {"id":"each","type":"logic.map","config":{"items":[0,1,2],"concurrency":3}},
          {"id":"item","type":"http.request","parent":"each","effects":"once","config":{"method":"POST","url":"{{{sink}}}effect/once/{{ run.id }}/item{{ index }}"}},
          {"id":"wait","type":"logic.wait","config":{"seconds":0.1}},
          {"id":"last","type":"http.request","effects":"once","config":{"method":"POST","url":"{{{sink}}}effect/once/{{ run.id }}/last"}},
          {"id":"out","type":"output","config":{"value":"{{ input.n }}"}}],
        "connections":[{"from":"start","to":"first"},{"from":"first","to":"each"},{"from":"each","to":"wait"},{"from":"wait","to":"last"},{"from":"last","to":"out"}]}
        """;
}
