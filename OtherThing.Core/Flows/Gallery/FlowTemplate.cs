using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Gallery;

/// <summary>A flow to begin with.</summary>
public sealed record FlowTemplate
{
    /// <summary>Its name in addresses: <c>summarise-a-page</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>What people call it; the name of a flow made from it.</summary>
    public required string Title { get; init; }

    /// <summary>One or two sentences on what it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>What must be there before it can run.</summary>
    public required IReadOnlyList<string> Needs { get; init; }

    /// <summary>An input to try it with.</summary>
    public JsonElement TryWith { get; init; } = Json.EmptyObject;

    /// <summary>The flow.</summary>
    public required FlowDocument Flow { get; init; }
}
