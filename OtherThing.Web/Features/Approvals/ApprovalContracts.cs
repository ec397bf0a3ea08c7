using System.Text.Json;
using OtherThing.Core.Approvals;

namespace OtherThing.Web.Features.Approvals;

/// <summary>Body of a decision: <c>approve</c> or <c>reject</c>, a note, and the values of the form's fields.</summary>
public sealed record DecideApprovalRequest(string? Decision, string? Note, JsonElement? Values);

/// <summary>An approval as REST shows it.</summary>
public sealed record ApprovalResponse(
    Guid Id, Guid RunId, Guid FlowId, string Path, Guid TaskId, string Title, string Text, Guid? AssigneeId, JsonElement Form,
    ApprovalState State, Guid? DecidedBy, DateTime? DecidedAt, string Note, JsonElement? Values, DateTime CreatedAt, DateTime DueAt)
{
    public static ApprovalResponse From(Approval approval) => new(
        approval.Id, approval.RunId, approval.FlowId, approval.Path, approval.TaskId, approval.Title, approval.Text, approval.AssigneeId,
        JsonDocument.Parse(approval.Form).RootElement, approval.State, approval.DecidedBy, approval.DecidedAt, approval.Note,
        approval.Values is { } values ? JsonDocument.Parse(values).RootElement : null, approval.CreatedAt, approval.DueAt);
}
