using System.Text.Json.Serialization;

namespace OtherThing.Core.Usage;

/// <summary>What kind of thing was used.</summary>
public enum UsageType
{
    /// <summary>A call of an AI provider.</summary>
    ApiCall,

    /// <summary>Time on a node.</summary>
    Compute,

    /// <summary>Bytes kept.</summary>
    Storage,
}

/// <summary>How a cost came about; absent, zero and free are three different things.</summary>
public enum CostStatus
{
    /// <summary>From the price table.</summary>
    Computed,

    /// <summary>The provider said it.</summary>
    ProviderReported,

    /// <summary>From an estimate, because the usage was not reported whole.</summary>
    Estimated,

    /// <summary>No usage was reported.</summary>
    Unmeasured,

    /// <summary>No price is known for the model.</summary>
    Unpriced,

    /// <summary>Costs nothing by nature (own node without a rate).</summary>
    Free,

    /// <summary>Recorded by hand through REST.</summary>
    ReportedByHand,
}

/// <summary>Something used, before it is written as a <c>UsageEntry</c> (which adds workspace, flow, run, person and time).</summary>
public sealed record UsageDraft
{
    /// <summary>What kind.</summary>
    public required UsageType Type { get; init; }

    /// <summary>Unique within the workspace: a repeated write of the same call is one entry.</summary>
    public required string CallId { get; init; }

    /// <summary>The provider: <c>openai anthropic google groq custom nodes</c>; null for none.</summary>
    public string? Provider { get; init; }

    /// <summary>The model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>The key that paid.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>The node that worked.</summary>
    public Guid? NodeId { get; init; }

    /// <summary>All input tokens, cached ones included; null when not reported.</summary>
    public long? InputTokens { get; init; }

    /// <summary>All output tokens, reasoning included; null when not reported.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>All tokens, for a source that does not tell input from output; ignored when either of them is known.</summary>
    public long? TokensUsed { get; init; }

    /// <summary>Seconds of work on a node.</summary>
    public double? ComputeSeconds { get; init; }

    /// <summary>Bytes kept.</summary>
    public long? Bytes { get; init; }

    /// <summary>The cost in 1e-8 cents; null when it has no price.</summary>
    public long? CostUnits { get; init; }

    /// <summary>What it costs; what costs nothing by nature costs zero.</summary>
    [JsonIgnore]
    public Cost Cost => Cost.Of(CostStatus == CostStatus.Free ? CostUnits ?? 0 : CostUnits);

    /// <summary>How the cost came about.</summary>
    public required CostStatus CostStatus { get; init; }

    /// <summary>The usage as the provider sent it (JSON), so that a price can be explained or corrected later.</summary>
    public string? RawUsage { get; init; }

    /// <summary>The price table and row used.</summary>
    public string? PriceRow { get; init; }
}
