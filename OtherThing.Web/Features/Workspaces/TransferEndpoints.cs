using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Workspaces;

/// <summary><c>/workspaces/{id}/transfer</c>: offer to an Admin, who accepts.</summary>
internal static class TransferEndpoints
{
    public static void MapTransferEndpoints(this IEndpointRouteBuilder app)
    {
        var transfer = app.MapApi("/workspaces/{workspaceId:guid}/transfer").WithTags("Workspaces");
        transfer.MapPost("", OfferAsync).WithName("OfferWorkspace").Requires(Operations.WorkspaceTransfer).ReadsAgain(WorkspaceEndpoints.ReadAgainAsync);
        transfer.MapPost("/accept", AcceptAsync).WithName("AcceptWorkspace").Requires(Operations.WorkspaceRead).ReadsAgain(WorkspaceEndpoints.ReadAgainAsync);
    }

    private static async Task<Results<Ok<WorkspaceResponse>, ProblemHttpResult>> OfferAsync(
        Guid workspaceId, OfferRequest request, CurrentActor current, TransferService transfers, CancellationToken cancellationToken) =>
        Answer(await transfers.OfferAsync(await current.GetAsync(), workspaceId, request.UserId, cancellationToken));

    private static async Task<Results<Ok<WorkspaceResponse>, ProblemHttpResult>> AcceptAsync(
        Guid workspaceId, CurrentActor current, TransferService transfers, CancellationToken cancellationToken) =>
        Answer(await transfers.AcceptAsync(await current.GetAsync(), workspaceId, cancellationToken));

    private static Results<Ok<WorkspaceResponse>, ProblemHttpResult> Answer(Result<WorkspaceView> result) =>
        result.TryGet(out var view, out var error) ? TypedResults.Ok(WorkspaceResponse.From(view)) : error.ToProblem();
}

internal sealed record OfferRequest(Guid? UserId = null);
