using OtherThing.Core.Flows;
using OtherThing.Core.Results;

namespace OtherThing.Core.Usage;

/// <summary>Something that was used, written once and never edited: a correction is a new entry.</summary>
public sealed class UsageEntry
{
    /// <summary>The most characters of <see cref="CallId"/>.</summary>
    public const int MaxCallId = 200;

    /// <summary>The most characters of <see cref="StepPath"/>; the deepest path a flow can have is below 700.</summary>
    public const int MaxStepPath = 2_000;

    /// <summary>The most characters of <see cref="Provider"/>.</summary>
    public const int MaxProvider = 40;

    /// <summary>The most characters of <see cref="Model"/>.</summary>
    public const int MaxModel = 400;

    /// <summary>The most characters of <see cref="PriceRow"/>.</summary>
    public const int MaxPriceRow = 600;

    private UsageEntry()
    {
    }

    /// <summary>The entry's id, in order of time.</summary>
    public Guid Id { get; private set; }

    /// <summary>The workspace that used it.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>What kind of thing.</summary>
    public UsageType Type { get; private set; }

    /// <summary>Unique within the workspace; a second write of the same call is refused by the database.</summary>
    public string CallId { get; private set; } = "";

    /// <summary>The flow it was for; null for none.</summary>
    public Guid? FlowId { get; private set; }

    /// <summary>The flow's name at that time, kept when the flow is deleted.</summary>
    public string? FlowName { get; private set; }

    /// <summary>The run it was for; null for none.</summary>
    public Guid? RunId { get; private set; }

    /// <summary>The step of the run.</summary>
    public string? StepPath { get; private set; }

    /// <summary>The member it was done for; null for the workspace itself (storage).</summary>
    public Guid? UserId { get; private set; }

    /// <summary>The provider: <c>openai anthropic google groq custom nodes</c>; null for none.</summary>
    public string? Provider { get; private set; }

    /// <summary>The model that answered.</summary>
    public string? Model { get; private set; }

    /// <summary>The key that paid.</summary>
    public Guid? KeyId { get; private set; }

    /// <summary>The node that worked.</summary>
    public Guid? NodeId { get; private set; }

    /// <summary>Input and output together; null when not reported.</summary>
    public long? TokensUsed { get; private set; }

    /// <summary>All input tokens, cached ones included; null when not reported.</summary>
    public long? InputTokens { get; private set; }

    /// <summary>All output tokens, reasoning included; null when not reported.</summary>
    public long? OutputTokens { get; private set; }

    /// <summary>Seconds of work on a node.</summary>
    public double? ComputeSeconds { get; private set; }

    /// <summary>Bytes kept.</summary>
    public long? Bytes { get; private set; }

    /// <summary>The cost in 1e-8 cents; null when it has no price.</summary>
    public long? CostUnits { get; private set; }

    /// <summary>How the cost came about.</summary>
    public CostStatus CostStatus { get; private set; }

    /// <summary>The usage as the provider sent it (JSON).</summary>
    public string? RawUsage { get; private set; }

    /// <summary>The price table and row used.</summary>
    public string? PriceRow { get; private set; }

    /// <summary>When it was used (UTC).</summary>
    public DateTime Timestamp { get; private set; }

    /// <summary>The UTC day of <see cref="Timestamp"/>, what summaries group by.</summary>
    public DateOnly Day { get; private set; }

    /// <summary>What it costs.</summary>
    public Cost Cost => Cost.Of(CostUnits);

    /// <summary>The cost in cents with up to 8 decimals; null when it has no price.</summary>
    public decimal? CostCents => Money.CentsOf(CostUnits);

    /// <summary>Makes the entry of a draft. What others name (a model, a price) is cut where it is longer than what is kept.</summary>
    /// <param name="draft">What was used.</param>
    /// <param name="workspaceId">The workspace that used it.</param>
    /// <param name="flowId">The flow it was for.</param>
    /// <param name="flowName">That flow's name now.</param>
    /// <param name="runId">The run it was for.</param>
    /// <param name="stepPath">The step of the run.</param>
    /// <param name="userId">The member it was done for.</param>
    /// <param name="utcNow">When (UTC).</param>
    public static UsageEntry From(
        UsageDraft draft,
        Guid workspaceId,
        Guid? flowId,
        string? flowName,
        Guid? runId,
        string? stepPath,
        Guid? userId,
        DateTime utcNow) => new()
        {
            Id = Guid.CreateVersion7(new DateTimeOffset(utcNow, TimeSpan.Zero)),
            WorkspaceId = workspaceId,
            Type = draft.Type,
            CallId = TextCut.Name(draft.CallId, MaxCallId),
            FlowId = flowId,
            FlowName = TextCut.Words(flowName, FlowLimits.NameUnits),
            RunId = runId,
            StepPath = TextCut.Name(stepPath, MaxStepPath),
            UserId = userId,
            Provider = TextCut.Name(draft.Provider, MaxProvider),
            Model = TextCut.Name(draft.Model, MaxModel),
            KeyId = draft.KeyId,
            NodeId = draft.NodeId,
            TokensUsed = draft.InputTokens is null && draft.OutputTokens is null
                ? draft.TokensUsed
                : (draft.InputTokens ?? 0) + (draft.OutputTokens ?? 0),
            InputTokens = draft.InputTokens,
            OutputTokens = draft.OutputTokens,
            ComputeSeconds = draft.ComputeSeconds,
            Bytes = draft.Bytes,
            CostUnits = draft.Cost.Units,
            CostStatus = draft.CostStatus,
            RawUsage = draft.RawUsage,
            PriceRow = TextCut.Words(draft.PriceRow, MaxPriceRow),
            Timestamp = utcNow,
            Day = DateOnly.FromDateTime(utcNow),
        };
}
