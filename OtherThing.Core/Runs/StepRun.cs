using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Runs;

/// <summary>
/// One attempt of one step as the journal keeps it. The latest record of a (path, attempt) counts; a final one never changes.
/// </summary>
public sealed record StepRun
{
    /// <summary>Where the step stands in the run: <c>ask</c>, <c>each[3]/ask</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The step's id in the flow.</summary>
    public required string StepId { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>1 for the first attempt.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Where it stands.</summary>
    public required StepRunStatus Status { get; init; }

    /// <summary>When the attempt began (UTC).</summary>
    public DateTime StartedAt { get; init; }

    /// <summary>When it ended (UTC).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? FinishedAt { get; init; }

    /// <summary>Until when it waits (UTC), while <see cref="StepRunStatus.Waiting"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? Due { get; init; }

    /// <summary>Its config with the templates rendered; not kept for steps whose output says the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Input { get; init; }

    /// <summary>What it put out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Output { get; init; }

    /// <summary>The port it left by.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Port { get; init; }

    /// <summary>Why it failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StepError? Error { get; init; }

    /// <summary>The node that worked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? NodeId { get; init; }

    /// <summary>The run that this attempt of a <c>flow.call</c> starts; chosen before it starts, so that a restart finds the same one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? ChildRunId { get; init; }

    /// <summary>The approval that this attempt of a <c>human.approval</c> asks for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? ApprovalId { get; init; }

    /// <summary>What it used, summed up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StepUsage? Usage { get; init; }

    /// <summary>The last part of what it logged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Log { get; init; }

    /// <summary>Where the input lies when it is too large for the journal; <see cref="Input"/> is null then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BlobRef? InputBlob { get; init; }

    /// <summary>Where the output lies when it is too large for the journal; <see cref="Output"/> is null then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BlobRef? OutputBlob { get; init; }

    /// <summary>Where the log lies when it is too large for the journal; <see cref="Log"/> is null then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BlobRef? LogBlob { get; init; }

    /// <summary>True when the result was taken over from an earlier run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TakenOver { get; init; }

    /// <summary>True when the step was not carried out because its output is pinned.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Pinned { get; init; }

    /// <summary>Who said that the step happened and what it put out, when that was unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? SettledBy { get; init; }

    /// <summary>What it put out, or JSON null.</summary>
    [JsonIgnore]
    public JsonElement OutputOrNull => Output ?? Json.Null;
}

/// <summary>Why a step or a run failed.</summary>
/// <param name="Code">Stable: <c>http.timeout</c>.</param>
/// <param name="Message">For people.</param>
public sealed record StepError(string Code, string Message)
{
    /// <summary>The path of the step that failed, on a run's error.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>The place in the step at fault, as <c>config.url</c>; null where the code alone says it or nobody knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }
}

/// <summary>What an attempt used, summed over its entries.</summary>
/// <param name="Tokens">Input and output tokens; null when none were reported.</param>
/// <param name="ComputeSeconds">Seconds of work on a node.</param>
/// <param name="CostUnits">Cost in 1e-8 cents; null when unpriced.</param>
/// <param name="Provider">The provider, if one was called.</param>
/// <param name="Model">The model that answered.</param>
public sealed record StepUsage(long? Tokens, double? ComputeSeconds, long? CostUnits, string? Provider, string? Model)
{
    /// <summary>What the attempt cost.</summary>
    [JsonIgnore]
    public Cost Cost => Cost.Of(CostUnits);
}
