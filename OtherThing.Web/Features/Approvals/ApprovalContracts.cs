using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Approvals;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Approvals;

/// <summary>Body of a decision: <c>approve</c> or <c>reject</c>, a note, and the values of the form's fields.</summary>
public sealed record DecideApprovalRequest(string? Decision, string? Note, [property: JsonConverter(typeof(PayloadConverter))] JsonElement? Values);

/// <summary>An approval as REST shows it.</summary>
public sealed record ApprovalResponse(
    Guid Id, Guid RunId, Guid FlowId, string Path, Guid TaskId, string Title, string Text, Guid? AssigneeId, JsonElement Form,
    ApprovalState State, Guid? DecidedBy, DateTime? DecidedAt, string Note, JsonElement? Values, DateTime CreatedAt, DateTime DueAt)
{
    public static ApprovalResponse From(Approval approval) => new(
        approval.Id, approval.RunId, approval.FlowId, approval.Path, approval.TaskId, approval.Title, approval.Text, approval.AssigneeId,
        Json.Parse(approval.Form), approval.State, approval.DecidedBy, approval.DecidedAt, approval.Note,
        approval.Values is { } values ? Json.Parse(values) : null, approval.CreatedAt, approval.DueAt);
}
