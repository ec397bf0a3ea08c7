using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>How large a flow may be.</summary>
public static class FlowLimits
{
    /// <summary>The most steps in one flow.</summary>
    public const int Steps = 2_000;

    /// <summary>The most connections in one flow.</summary>
    public const int Connections = 8_000;

    /// <summary>The most notes in one flow.</summary>
    public const int Notes = 500;

    /// <summary>The most characters of a document's JSON.</summary>
    public const int Characters = 4_000_000;

    /// <summary>How deep JSON may be nested.</summary>
    public const int JsonDepth = 64;

    /// <summary>How deep containers may be nested.</summary>
    public const int ContainerDepth = 8;

    /// <summary>The most characters of a name.</summary>
    public const int Name = 200;

    /// <summary>The most UTF-16 units of a flow's name, as its column counts.</summary>
    public const int NameUnits = 200;

    /// <summary>The most UTF-16 units of a flow's description, as its column counts.</summary>
    public const int Description = 4_000;

    /// <summary>How long a flow's name may be.</summary>
    public static TextLimit FlowName { get; } = new(Name, NameUnits);

    /// <summary>How long a flow's description may be.</summary>
    public static TextLimit FlowDescription { get; } = new(4_000, Description);

    /// <summary>How long the name of a step may be.</summary>
    public static TextLimit StepName { get; } = TextLimit.Of(Name);

    /// <summary>How long the text of a note may be.</summary>
    public static TextLimit Note { get; } = TextLimit.Of(20_000);

    /// <summary>The longest time one attempt of a step may take, in seconds (7 days).</summary>
    public const int TimeoutSeconds = 604_800;

    /// <summary>The most retries of a step.</summary>
    public const int Retries = 20;

    /// <summary>After this many problems the rest goes unsaid.</summary>
    public const int Problems = 200;
}
