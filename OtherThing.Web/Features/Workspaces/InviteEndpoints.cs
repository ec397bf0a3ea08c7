using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Workspaces;

/// <summary><c>/workspaces/{id}/invites</c> and <c>/workspaces/join</c>.</summary>
internal static class InviteEndpoints
{
    public static void MapInviteEndpoints(this IEndpointRouteBuilder app)
    {
        var invites = app.MapApi("/workspaces/{workspaceId:guid}/invites").WithTags("Invites");
        invites.MapGet("", ListAsync).WithName("ListInvites").Requires(Operations.InviteList);
        invites.MapPost("", CreateAsync).WithName("CreateInvite").Requires(Operations.InviteCreate).ShowsASecretOnce();
        invites.MapDelete("/{inviteId:guid}", RevokeAsync).WithName("RevokeInvite").Requires(Operations.InviteList);
        app.MapApi("/workspaces/{workspaceId:guid}/invite-code").WithTags("Invites")
            .MapPost("", RenewAsync).WithName("RenewInviteCode").Requires(Operations.InviteCreate).ReadsAgain(WorkspaceEndpoints.ReadAgainAsync);
        app.MapApi("/workspaces/join").WithTags("Invites")
            .MapPost("", RedeemAsync).WithName("JoinWorkspace").CountsAs(GuessPurpose.JoinCode).Requires(Operations.InviteRedeem).ReadsAgain(
                WorkspaceEndpoints.ReadAgainAsync);
    }

    private static async Task<Results<Ok<Page<InviteResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, CurrentActor current, InviteService invites, CancellationToken cancellationToken,
        int? limit = null, string? cursor = null)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong))
        {
            return wrong.ToProblem();
        }

        var found = await invites.ListAsync(await current.GetAsync(), workspaceId, page, cancellationToken);
        return found.TryGet(out var list, out var error)
            ? TypedResults.Ok(list.Select(invite => InviteResponse.From(invite, null)))
            : error.ToProblem();
    }

    private static async Task<Results<Created<InviteResponse>, ProblemHttpResult>> CreateAsync(
        Guid workspaceId, CreateInviteRequest request, CurrentActor current, InviteService invites, CancellationToken cancellationToken)
    {
        var draft = new InviteDraft(request.Role ?? Role.Member, request.ExpiresInDays, request.MaxUses, request.Email);
        var made = await invites.CreateAsync(await current.GetAsync(), workspaceId, draft, cancellationToken);
        return made.TryGet(out var created, out var error)
            ? TypedResults.Created(
                $"{RestSetup.Prefix}/workspaces/{workspaceId}/invites/{created.Invite.Id}",
                InviteResponse.From(created.Invite, created.Code))
            : error.ToProblem();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid workspaceId, Guid inviteId, CurrentActor current, InviteService invites, CancellationToken cancellationToken)
    {
        var revoked = await invites.RevokeAsync(await current.GetAsync(), workspaceId, inviteId, cancellationToken);
        return revoked.IsSuccess ? TypedResults.NoContent() : revoked.Error.ToProblem();
    }

    private static async Task<Results<Ok<WorkspaceResponse>, ProblemHttpResult>> RenewAsync(
        Guid workspaceId, CurrentActor current, WorkspaceService workspaces, CancellationToken cancellationToken) =>
        Answer(await workspaces.RenewInviteCodeAsync(await current.GetAsync(), workspaceId, cancellationToken));

    private static async Task<Results<Ok<WorkspaceResponse>, ProblemHttpResult>> RedeemAsync(
        JoinRequest request, CurrentActor current, InviteService invites, CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(request.InviteCode) || request.InviteCode.Length > 100
            ? Error.Invalid("invite.code_invalid", "inviteCode", "Enter the invite code, 26 letters and digits.").ToProblem()
            : Answer(await invites.RedeemAsync(await current.GetAsync(), request.InviteCode, cancellationToken));

    private static Results<Ok<WorkspaceResponse>, ProblemHttpResult> Answer(Result<WorkspaceView> result) =>
        result.TryGet(out var view, out var error) ? TypedResults.Ok(WorkspaceResponse.From(view)) : error.ToProblem();
}

internal sealed record CreateInviteRequest(
    Role? Role = null, int? ExpiresInDays = null, int? MaxUses = null, string? Email = null);

internal sealed record JoinRequest(string? InviteCode);

internal sealed record InviteResponse(
    Guid Id, string? Code, Role Role, string? Email, DateTime ExpiresAt, int MaxUses, int Uses, Guid CreatedBy, DateTime CreatedAt)
{
    public static InviteResponse From(Invite invite, string? code) => new(
        invite.Id, code, invite.Role, invite.Email, invite.ExpiresAt, invite.MaxUses, invite.Uses, invite.CreatedBy, invite.CreatedAt);
}
