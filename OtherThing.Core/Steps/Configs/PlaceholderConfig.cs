using System.ComponentModel;
using System.Text.Json;

namespace OtherThing.Core.Steps.Configs;

/// <summary>Config of <c>placeholder</c>: a step of another product, as it was.</summary>
public sealed record PlaceholderConfig
{
    /// <summary>The product it comes from.</summary>
    [Description("The product it comes from.")]
    public required string Source { get; init; }

    /// <summary>Its type there.</summary>
    [Description("Its type there.")]
    public required string Type { get; init; }

    /// <summary>Why it has no match.</summary>
    [Description("Why it has no match here.")]
    public string? Reason { get; init; }

    /// <summary>The ports its connections leave by.</summary>
    [Description("The ports its connections leave by.")]
    public IReadOnlyList<string>? Ports { get; init; }

    /// <summary>Everything it said there, untouched.</summary>
    [Description("Everything it said there, untouched."), Field("json")]
    public JsonElement? Settings { get; init; }
}
