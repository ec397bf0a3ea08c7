using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Workspaces;

/// <summary><c>/workspaces/{id}/members</c> and joining a public workspace.</summary>
internal static class MemberEndpoints
{
    public static void MapMemberEndpoints(this IEndpointRouteBuilder app)
    {
        var workspace = app.MapApi("/workspaces/{workspaceId:guid}").WithTags("Members");
        workspace.MapPost("/join", JoinAsync).WithName("JoinPublicWorkspace").Requires(Operations.InviteRedeem);
        workspace.MapGet("/members", ListAsync).WithName("ListMembers").Requires(Operations.MemberList);
        workspace.MapPatch("/members/{userId:guid}", ChangeRoleAsync).WithName("ChangeMemberRole").Requires(Operations.MemberSetRole);
        workspace.MapDelete("/members/{userId:guid}", RemoveAsync).WithName("RemoveMember").WithSummary(
            "Ends a membership at once. runs=stop (the default) ends what goes on in the member's name; runs=handover lets it go on in the caller's.").Requires(
            Operations.MemberRemove);
    }

    private static async Task<Results<Ok<MemberView>, ProblemHttpResult>> JoinAsync(
        Guid workspaceId, CurrentActor current, MemberService members, CancellationToken cancellationToken) =>
        Answer(await members.JoinPublicAsync(await current.GetAsync(), workspaceId, cancellationToken));

    private static async Task<Results<Ok<Page<MemberView>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, CurrentActor current, MemberService members, CancellationToken cancellationToken,
        int? limit = null, string? cursor = null)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong))
        {
            return wrong.ToProblem();
        }

        var found = await members.ListAsync(await current.GetAsync(), workspaceId, page, cancellationToken);
        return found.TryGet(out var list, out var error) ? TypedResults.Ok(list) : error.ToProblem();
    }

    private static async Task<Results<Ok<MemberView>, ProblemHttpResult>> ChangeRoleAsync(
        Guid workspaceId, Guid userId, ChangeRoleRequest request, CurrentActor current, MemberService members,
        CancellationToken cancellationToken) =>
        Answer(await members.ChangeRoleAsync(await current.GetAsync(), workspaceId, userId, request.Role, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        Guid workspaceId, Guid userId, CurrentActor current, MemberService members, CancellationToken cancellationToken, string? runs = null)
    {
        var actor = await current.GetAsync();
        if (runs is not (null or "stop" or "handover"))
        {
            return Error.Invalid("member.runs_invalid", "runs", "runs is stop (the default) or handover.").ToProblem();
        }

        var removed = await members.RemoveAsync(
            actor, workspaceId, userId, cancellationToken, runs == "handover" ? DepartingWork.Handover : DepartingWork.Stop);
        return removed.IsSuccess ? TypedResults.NoContent() : removed.Error.ToProblem();
    }

    private static Results<Ok<MemberView>, ProblemHttpResult> Answer(Result<MemberView> result) =>
        result.TryGet(out var member, out var error) ? TypedResults.Ok(member) : error.ToProblem();
}

internal sealed record ChangeRoleRequest(Role? Role = null);
