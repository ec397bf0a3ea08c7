using System.Text.Json;
using System.Text.Json.Serialization;

namespace OtherThing.Core.Flows;

/// <summary>The flow document: what <c>/schemas/flow/v1.json</c> describes. Immutable; an edit makes a new one.</summary>
public sealed record FlowDocument
{
    /// <summary>The version of the document format; 1.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>The steps, in reading order.</summary>
    public IReadOnlyList<FlowStep> Steps { get; init; } = [];

    /// <summary>The connections between them.</summary>
    public IReadOnlyList<FlowConnection> Connections { get; init; } = [];

    /// <summary>Sticky notes.</summary>
    public IReadOnlyList<FlowNote> Notes { get; init; } = [];

    /// <summary>A document with nothing in it.</summary>
    public static FlowDocument Empty { get; } = new();
}

/// <summary>One step of a flow.</summary>
public sealed record FlowStep
{
    /// <summary>Unique in the document; matches <c>[A-Za-z][A-Za-z0-9_]*</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The step type, as in the catalog: <c>http.request</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What people call it; the id when null.</summary>
    public string? Name { get; init; }

    /// <summary>What people read wherever the step is spoken of: its name, or its id when it has none.</summary>
    [JsonIgnore]
    public string CalledName => Name is { Length: > 0 } name ? name : Id;

    /// <summary>Where its card lies on the canvas, in canvas pixels.</summary>
    public FlowPosition Position { get; init; }

    /// <summary>The id of the container (map, loop) this step is in; null at the top.</summary>
    public string? Parent { get; init; }

    /// <summary>The type's own configuration; always a JSON object.</summary>
    public JsonElement Config { get; init; } = Results.Json.EmptyObject;

    /// <summary>How often it is tried again; null means never.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>How long one attempt may take, in seconds; null takes the type's default.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>What happens when it fails for good.</summary>
    public OnError OnError { get; init; }

    /// <summary>How its effect may be repeated; null takes the type's default.</summary>
    public StepEffects? Effects { get; init; }
}

/// <summary>A place on the canvas, in canvas pixels.</summary>
public readonly record struct FlowPosition(double X, double Y);

/// <summary>How often a failed attempt is tried again.</summary>
/// <param name="Max">Attempts after the first, 0 to 20.</param>
/// <param name="BackoffSeconds">The first wait in seconds; doubles each time up to five minutes, with jitter.</param>
public sealed record RetryPolicy(int Max = 0, double BackoffSeconds = 1);

/// <summary>What happens when a step fails for good.</summary>
public enum OnError
{
    /// <summary>The run fails.</summary>
    Fail,

    /// <summary>The run goes on as if the step had put out <c>null</c>.</summary>
    Continue,

    /// <summary>The run goes on along the port <c>error</c>.</summary>
    Branch,
}

/// <summary>How a step's effect may be repeated after an unclear end.</summary>
public enum StepEffects
{
    /// <summary>No effect outside: repeat freely.</summary>
    Pure,

    /// <summary>Repeat with the same idempotency key.</summary>
    Keyed,

    /// <summary>Never repeat by itself once it may have happened.</summary>
    Once,
}

/// <summary>A connection from a step's port to a step.</summary>
public sealed record FlowConnection
{
    /// <summary>The id of the step it leaves.</summary>
    public required string From { get; init; }

    /// <summary>The port it leaves by.</summary>
    public string Port { get; init; } = "out";

    /// <summary>The id of the step it enters.</summary>
    public required string To { get; init; }
}

/// <summary>A sticky note on the canvas.</summary>
public sealed record FlowNote
{
    /// <summary>Unique among the notes.</summary>
    public required string Id { get; init; }

    /// <summary>Its text (Markdown).</summary>
    public string Text { get; init; } = "";

    /// <summary>Where it lies, in canvas pixels.</summary>
    public FlowPosition Position { get; init; }

    /// <summary>Width in canvas pixels.</summary>
    public double Width { get; init; } = 240;

    /// <summary>Height in canvas pixels.</summary>
    public double Height { get; init; } = 120;

    /// <summary>A colour role of the theme; null for the plain one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Color { get; init; }
}
