using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Approvals;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Approvals;

/// <summary>Approvals over REST.</summary>
internal static class ApprovalEndpoints
{
    public static void MapApprovalEndpoints(this WebApplication app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/approvals").WithTags("Approvals");
        group.MapGet("", ListAsync).WithName("ListApprovals").Requires(Operations.RunRead);
        group.MapGet("/{approvalId:guid}", GetAsync).WithName("GetApproval").Requires(Operations.RunRead);
        group.MapPost("/{approvalId:guid}", DecideAsync).WithName("DecideApproval").Requires(Operations.RunApprove);
    }

    private static async Task<Results<Ok<Page<ApprovalResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, Guid? runId, Guid? taskId, bool? open, int? limit, string? cursor,
        ApprovalService approvals, CurrentActor current, CancellationToken cancellationToken)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var malformed))
        {
            return malformed.ToProblem();
        }

        var filter = new ApprovalFilter(open, runId, taskId);
        var result = await approvals.ListAsync(await current.GetAsync(), workspaceId, filter, page, cancellationToken);
        return result.TryGet(out var found, out var refusal) ? TypedResults.Ok(found.Select(ApprovalResponse.From)) : refusal.ToProblem();
    }

    private static async Task<Results<Ok<ApprovalResponse>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid approvalId, ApprovalService approvals, CurrentActor current, CancellationToken cancellationToken) =>
        Answer(await approvals.GetAsync(await current.GetAsync(), workspaceId, approvalId, cancellationToken));

    private static async Task<Results<Ok<ApprovalResponse>, ProblemHttpResult>> DecideAsync(
        Guid workspaceId, Guid approvalId, DecideApprovalRequest request, ApprovalService approvals, CurrentActor current, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        if (request.Decision is not ("approve" or "reject"))
        {
            return ApprovalErrors.DecisionInvalid.ToProblem();
        }

        return Answer(await approvals.DecideAsync(
            actor, workspaceId, approvalId, request.Decision == "approve", request.Note, request.Values, cancellationToken));
    }

    private static Results<Ok<ApprovalResponse>, ProblemHttpResult> Answer(Result<Approval> result) =>
        result.TryGet(out var approval, out var refusal) ? TypedResults.Ok(ApprovalResponse.From(approval)) : refusal.ToProblem();
}
