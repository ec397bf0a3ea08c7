namespace OtherThing.Lab.Budgets;

/// <summary>Small flows that ask for everything.</summary>
internal static class BudgetFlows
{
    /// <summary>Forty numbers, some 200 bytes.</summary>
    public static string Forty => $$"""{"input":{"items":[{{string.Join(',', Enumerable.Range(0, 40))}}]} }""";

    /// <summary>2,560,000 items in the end.</summary>
    public static string NestedMaps(int atOnce, string value) => $$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"a","type":"logic.map","config":{"items":"{{ input.items }}","concurrency":{{{atOnce}}} }},
          {"id":"b","type":"logic.map","parent":"a","config":{"items":"{{ input.items }}","concurrency":{{{atOnce}}} }},
          {"id":"c","type":"logic.map","parent":"b","config":{"items":"{{ input.items }}","concurrency":{{{atOnce}}} }},
          {"id":"d","type":"logic.map","parent":"c","config":{"items":"{{ input.items }}","concurrency":{{{atOnce}}} }},
          {"id":"one","type":"data.set","parent":"d","config":{"value":{{{value}}} } }],
         "connections":[{"from":"start","to":"a"}]}
        """;

    /// <summary>Calls itself three times; what fails is passed over as the flow says.</summary>
    public static string CallsItself(string onItemError) => $$$"""
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"each","type":"logic.map","config":{"items":[1,2,3],"concurrency":3,"onItemError":"{{{onItemError}}}"}},
          {"id":"again","type":"flow.call","parent":"each","config":{"flowId":"{{ run.flowId }}"}}],
         "connections":[{"from":"start","to":"each"}]}
        """;

    /// <summary>Delivers to the address that its delivery names, which is its own, three times at once.</summary>
    public const string HookCallsItself = """
        {"steps":[{"id":"start","type":"trigger.webhook","config":{"respond":"output"}},
          {"id":"each","type":"logic.map","config":{"items":[1,2,3],"concurrency":3}},
          {"id":"again","type":"http.request","parent":"each","config":{"method":"POST","url":"{{ input.body.url }}","headers":{"X-OtherThing-Hops":"0"},"body":{"url":"{{ input.body.url }}"}}}],
         "connections":[{"from":"start","to":"each"}]}
        """;
}
