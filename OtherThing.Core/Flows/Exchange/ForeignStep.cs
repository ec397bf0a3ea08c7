using System.Text.Json.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>What a foreign node becomes: a step type with its config, and the port of each of its outputs.</summary>
/// <param name="Type">Our type.</param>
/// <param name="Config">Its config.</param>
internal sealed record ForeignStep(string Type, JsonObject Config)
{
    /// <summary>The port of each output, in order; outputs beyond leave by the last.</summary>
    public IReadOnlyList<string> Ports { get; init; } = ["out"];

    /// <summary>What to tell the person about it.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>A visible step that keeps everything and does nothing.</summary>
    public static ForeignStep Placeholder(string source, ForeignNode node, IReadOnlyList<string> ports, string why) =>
        new(StepCatalog.Placeholder, new JsonObject
        {
            ["source"] = source,
            ["type"] = node.Type,
            ["reason"] = why,
            ["ports"] = new JsonArray([.. ports.Select(port => (JsonNode)port)]),
            ["settings"] = JsonNode.Parse(node.Original.GetRawText()),
        })
        {
            Ports = ports,
        };

    /// <summary>A step that hands its input on.</summary>
    public static ForeignStep PassOn(string? value) => new("data.set", new JsonObject { ["value"] = value ?? "{{ input }}" });

    public string PortOf(int output) => Ports[Math.Clamp(output, 0, Ports.Count - 1)];

    public FlowStep ToStep(ForeignNode node) => new()
    {
        Id = node.Id,
        Type = Type,
        Name = node.Name.Length > FlowLimits.Name ? node.Name[..FlowLimits.Name] : node.Name,
        Position = node.Position,
        Parent = node.Parent,
        Config = Json.ToElement(Config),
    };
}
