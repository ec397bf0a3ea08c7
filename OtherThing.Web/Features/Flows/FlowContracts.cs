using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Triggers;

namespace OtherThing.Web.Features.Flows;

/// <summary>Body of a new flow.</summary>
public sealed record CreateFlowRequest(string? Name, string? Description, JsonElement? Flow);

/// <summary>Body of a change; what is left out stays.</summary>
public sealed record UpdateFlowRequest(string? Name, string? Description, JsonElement? Flow, int? Version, FlowSettingsChange? Settings);

/// <summary>A flow as REST shows it; lists leave <see cref="Flow"/> out.</summary>
public sealed record FlowResponse(
    Guid Id,
    string Name,
    string Description,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Flow,
    int Version,
    int? PublishedVersion,
    Guid CreatedBy,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    IReadOnlyList<FlowTriggerResponse> Triggers,
    FlowSettings Settings)
{
    /// <summary>A flow that is published nowhere yet.</summary>
    public static FlowResponse From(Flow flow) => From(flow, TriggerService.OfDraft(flow));

    public static FlowResponse From(Flow flow, IEnumerable<TriggerView> triggers) => new(
        flow.Id, flow.Name, flow.Description, Json.Parse(flow.Definition), flow.Revision, flow.PublishedRevision,
        flow.CreatedBy, flow.CreatedAt, flow.UpdatedAt, [.. triggers.Select(FlowTriggerResponse.From)], flow.Settings);

    public static FlowResponse From(FlowSummary flow, IEnumerable<TriggerView> triggers) => new(
        flow.Id, flow.Name, flow.Description, null, flow.Revision, flow.PublishedRevision,
        flow.CreatedBy, flow.CreatedAt, flow.UpdatedAt, [.. triggers.Select(FlowTriggerResponse.From)], flow.Settings);
}

/// <summary>A way a flow starts; once it is published a webhook has its address, a schedule its next time and what became of the last.</summary>
public sealed record FlowTriggerResponse(
    string StepId,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? IsUnsigned,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? NextAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? LastAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? LastRunId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastNote,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? IsOff)
{
    public static FlowTriggerResponse From(TriggerView trigger) => new(
        trigger.StepId, trigger.Type, trigger.Url, trigger.IsUnsigned, trigger.NextAt, trigger.LastAt, trigger.LastRunId, trigger.LastNote,
        trigger.IsOff ? true : null);
}

/// <summary>What publishing made.</summary>
public sealed record PublishFlowResponse(int Version, IReadOnlyList<FlowTriggerResponse> Triggers);
