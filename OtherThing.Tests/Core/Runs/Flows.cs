using System.Text.Json;
using OtherThing.Core.Flows;

namespace OtherThing.Tests.Core.Runs;

/// <summary>Short ways to write a flow in a test.</summary>
internal static class Flows
{
    public static FlowStep Step(string id, string type, string config = "{}", string? parent = null) =>
        new() { Id = id, Type = type, Config = JsonDocument.Parse(config).RootElement, Parent = parent };

    public static FlowStep Set(string id, string value, string? parent = null) => Step(id, "data.set", $$"""{"value":{{value}}}""", parent);

    public static FlowStep Http(string id, string? parent = null) => Step(id, "http.request", """{"url":"https://example.org/"}""", parent);

    /// <summary><c>a-&gt;b</c>, <c>a.port-&gt;b</c>.</summary>
    public static FlowDocument Flow(IEnumerable<FlowStep> steps, params string[] connections) => new()
    {
        Steps = [.. steps],
        Connections = [.. connections.Select(text =>
        {
            var (from, to) = (text.Split("->")[0], text.Split("->")[1]);
            var port = from.Contains('.', StringComparison.Ordinal) ? from.Split('.')[1] : "out";
            return new FlowConnection { From = from.Split('.')[0], Port = port, To = to };
        })],
    };
}
