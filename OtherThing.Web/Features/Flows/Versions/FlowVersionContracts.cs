using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Flows.Versions;

/// <summary>A kept version; lists leave <see cref="Flow"/> out.</summary>
public sealed record FlowVersionResponse(
    int Version,
    DateTime CreatedAt,
    Guid CreatedBy,
    DateTime? PublishedAt,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] JsonElement? Flow)
{
    public static FlowVersionResponse From(FlowVersionSummary version) =>
        new(version.Number, version.CreatedAt, version.CreatedBy, version.PublishedAt, null);

    public static FlowVersionResponse From(FlowVersion version) => new(
        version.Number, version.CreatedAt, version.CreatedBy, version.PublishedAt, Json.Parse(version.Definition));
}

/// <summary>What differs between two versions.</summary>
public sealed record FlowDiffResponse(
    bool RunsTheSame,
    IReadOnlyList<StepChange> Steps,
    IReadOnlyList<ConnectionChangeResponse> Connections,
    IReadOnlyList<NoteChange> Notes,
    IReadOnlyList<string> Moved)
{
    public static FlowDiffResponse From(FlowDiff diff) => new(
        diff.RunsTheSame,
        diff.Steps,
        [.. diff.Connections.Select(change => new ConnectionChangeResponse(change.Kind, change.Connection.From, change.Connection.Port, change.Connection.To))],
        diff.Notes,
        diff.Moved);
}

/// <summary>A connection that came or went.</summary>
public sealed record ConnectionChangeResponse(FlowChangeKind Kind, string From, string Port, string To);
