using System.Text.Json;
using OtherThing.Core.Flows;

namespace OtherThing.Core.Steps;

/// <summary>The family of a step type: its hue, its icon, its place in the palette.</summary>
public enum StepKind
{
    /// <summary>Starts a run.</summary>
    Trigger,

    /// <summary>Asks a model.</summary>
    Ai,

    /// <summary>Talks HTTP.</summary>
    Http,

    /// <summary>Shapes data.</summary>
    Data,

    /// <summary>Decides, repeats, joins, waits.</summary>
    Logic,

    /// <summary>Asks a person.</summary>
    Human,

    /// <summary>Works on a member's machine.</summary>
    Node,

    /// <summary>Ends with a result.</summary>
    Output,
}

/// <summary>A step type of the catalog: what it is called, takes, puts out, and how it behaves by default.</summary>
public sealed record StepType
{
    /// <summary>The name in documents: <c>http.request</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its family.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>What people read in the palette: <c>HTTP request</c>.</summary>
    public required string Title { get; init; }

    /// <summary>One sentence on what it does.</summary>
    public required string Description { get; init; }

    /// <summary>The record its config is read into.</summary>
    public required Type ConfigType { get; init; }

    /// <summary>Config fields that hold a Liquid condition without braces.</summary>
    public IReadOnlyList<string> ConditionFields { get; init; } = [];

    /// <summary>Config fields that are taken as they are: braces in them mean nothing.</summary>
    public IReadOnlyList<string> VerbatimFields { get; init; } = [];

    /// <summary>How its effect may be repeated when the step does not say; a function of the step because a GET is not a POST.</summary>
    public Func<FlowStep, StepEffects> DefaultEffects { get; init; } = static _ => StepEffects.Pure;

    /// <summary>How long one attempt may take when the step does not say.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The ports it can leave by, the usual one first; <c>error</c> is added when the step branches on errors.</summary>
    public Func<FlowStep, IReadOnlyList<string>> OwnPorts { get; init; } = static _ => s_out;

    /// <summary>JSON Schema of what it puts out.</summary>
    public JsonElement OutputSchema { get; init; } = s_anything;

    /// <summary>A config that works in a flow made for it, shown in the guide.</summary>
    public JsonElement Example { get; init; } = Results.Json.EmptyObject;

    /// <summary>
    /// The config of a step just added in the builder: it runs in any flow, or leaves empty what only a person can choose, which the
    /// validator then asks for by name. The example where that does both.
    /// </summary>
    public JsonElement Fresh
    {
        get => _fresh ?? Example;
        init => _fresh = value;
    }

    /// <summary>JSON Schema of its config, exported from <see cref="ConfigType"/>.</summary>
    public JsonElement ConfigSchema => _schema ??= ConfigSchemas.Export(ConfigType);

    /// <summary>True for a step that starts runs and has no way in.</summary>
    public bool IsTrigger => Kind == StepKind.Trigger;

    /// <summary>True for a step that the engine carries out itself, without an effect outside.</summary>
    public bool IsInline => IsTrigger || Kind is StepKind.Output || Name == "data.set" || Name.StartsWith("logic.", StringComparison.Ordinal);

    /// <summary>True for a step that holds other steps.</summary>
    public bool IsContainer { get; init; }

    /// <summary>True for what keeps a place and never runs; nobody adds one by hand.</summary>
    public bool IsPlaceholder { get; init; }

    private static readonly string[] s_out = ["out"];
    private static readonly JsonElement s_anything = JsonDocument.Parse("{}").RootElement;
    private readonly JsonElement? _fresh;
    private JsonElement? _schema;

    /// <summary>All ports of one step of this type.</summary>
    public IReadOnlyList<string> Ports(FlowStep step) =>
        step.OnError == OnError.Branch ? [.. OwnPorts(step), "error"] : OwnPorts(step);
}
