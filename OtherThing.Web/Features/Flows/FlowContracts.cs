using System.Text.Json;
using OtherThing.Core.Flows;

namespace OtherThing.Web.Features.Flows;

/// <summary>Body of a new flow.</summary>
public sealed record CreateFlowRequest(string? Name, string? Description, JsonElement? Flow);

/// <summary>Body of a change; what is left out stays.</summary>
public sealed record UpdateFlowRequest(string? Name, string? Description, JsonElement? Flow, int? Version);

/// <summary>A flow as REST shows it; lists leave <see cref="Flow"/> out.</summary>
public sealed record FlowResponse(
    Guid Id,
    string Name,
    string Description,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] JsonElement? Flow,
    int Version,
    int? PublishedVersion,
    Guid CreatedBy,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    IReadOnlyList<FlowTriggerResponse> Triggers)
{
    public static FlowResponse From(Flow flow)
    {
        var definition = flow.ReadDefinition();
        return new FlowResponse(
            flow.Id, flow.Name, flow.Description, JsonDocument.Parse(flow.Definition).RootElement, flow.Revision, flow.PublishedRevision,
            flow.CreatedBy, flow.CreatedAt, flow.UpdatedAt, FlowTriggerResponse.Of(definition));
    }

    public static FlowResponse From(FlowSummary flow) => new(
        flow.Id, flow.Name, flow.Description, null, flow.Revision, flow.PublishedRevision,
        flow.CreatedBy, flow.CreatedAt, flow.UpdatedAt, []);
}

/// <summary>A way a flow starts.</summary>
public sealed record FlowTriggerResponse(string StepId, string Type, string? Url)
{
    public static IReadOnlyList<FlowTriggerResponse> Of(FlowDefinition flow) =>
        [.. flow.Steps.Where(step => step.Type.StartsWith("trigger.", StringComparison.Ordinal))
            .Select(step => new FlowTriggerResponse(step.Id, step.Type, null))];
}

/// <summary>What publishing made.</summary>
public sealed record PublishFlowResponse(int Version, IReadOnlyList<FlowTriggerResponse> Triggers);
