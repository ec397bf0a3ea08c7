using System.ComponentModel;
using System.Text.Json;

namespace OtherThing.Core.Steps.Configs;

/// <summary>Config of <c>flow.call</c>.</summary>
public sealed record FlowCallConfig
{
    /// <summary>The id of a flow of the same workspace.</summary>
    [Description("The flow to call, by its id; its published version runs, or the latest draft when none is published."), Field("flow")]
    public required string FlowId { get; init; }

    /// <summary>What it starts with.</summary>
    [Description("What it starts with: any JSON; strings in it are templates."), Field("json")]
    public JsonElement? Input { get; init; }
}
