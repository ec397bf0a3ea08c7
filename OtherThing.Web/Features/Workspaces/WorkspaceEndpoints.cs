using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Workspaces;

/// <summary><c>/workspaces</c>.</summary>
internal static class WorkspaceEndpoints
{
    public static void MapWorkspaceEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapApi("/workspaces").WithTags("Workspaces");
        group.MapGet("", ListAsync).WithName("ListWorkspaces").Requires(Operations.WorkspaceRead);
        group.MapPost("", CreateAsync).WithName("CreateWorkspace").Requires(Operations.WorkspaceCreate).ReadsAgain(ReadAgainAsync);
        group.MapGet("/{workspaceId:guid}", GetAsync).WithName("GetWorkspace").Requires(Operations.WorkspaceRead);
        group.MapPatch("/{workspaceId:guid}", UpdateAsync).WithName("UpdateWorkspace").Requires(Operations.WorkspaceEdit);
        group.MapDelete("/{workspaceId:guid}", DeleteAsync).WithName("DeleteWorkspace").Requires(Operations.WorkspaceDelete);
        group.MapPost("/{workspaceId:guid}/restore", RestoreAsync).WithName("RestoreWorkspace").Requires(Operations.WorkspaceDelete).ReadsAgain(ReadAgainAsync);
    }

    private static async Task<Results<Ok<Page<WorkspaceResponse>>, ProblemHttpResult>> ListAsync(
        CurrentActor current, WorkspaceService workspaces, CancellationToken cancellationToken,
        bool? @public = null, int? limit = null, string? cursor = null)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong))
        {
            return wrong.ToProblem();
        }

        var actor = await current.GetAsync();
        var found = @public == true
            ? await workspaces.ListPublicAsync(actor, page, cancellationToken)
            : await workspaces.ListMineAsync(actor, page, cancellationToken);
        return found.TryGet(out var list, out var error) ? TypedResults.Ok(list.Select(WorkspaceResponse.From)) : error.ToProblem();
    }

    private static async Task<Results<Created<WorkspaceResponse>, ProblemHttpResult>> CreateAsync(
        CreateWorkspaceRequest request, CurrentActor current, WorkspaceService workspaces, CancellationToken cancellationToken)
    {
        var draft = new WorkspaceDraft(request.Name, request.Description, request.IsPrivate ?? true);
        var made = await workspaces.CreateAsync(await current.GetAsync(), draft, cancellationToken);
        return made.TryGet(out var view, out var error)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{view.Workspace.Id}", WorkspaceResponse.From(view))
            : error.ToProblem();
    }

    private static async Task<Results<Ok<WorkspaceResponse>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, CurrentActor current, WorkspaceService workspaces, CancellationToken cancellationToken) =>
        Answer(await workspaces.FindAsync(await current.GetAsync(), workspaceId, cancellationToken));

    private static async Task<Results<Ok<WorkspaceResponse>, ProblemHttpResult>> UpdateAsync(
        Guid workspaceId, UpdateWorkspaceRequest request, CurrentActor current, WorkspaceService workspaces,
        CancellationToken cancellationToken)
    {
        var change = new WorkspaceChange(
            request.Name, request.Description, request.IsPrivate, request.Retention, request.MaxConcurrentRuns, request.LeastSandbox, request.Version);
        return Answer(await workspaces.UpdateAsync(await current.GetAsync(), workspaceId, change, cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid workspaceId, CurrentActor current, WorkspaceService workspaces, CancellationToken cancellationToken)
    {
        var deleted = await workspaces.DeleteAsync(await current.GetAsync(), workspaceId, cancellationToken);
        return deleted.IsSuccess ? TypedResults.NoContent() : deleted.Error.ToProblem();
    }

    private static async Task<Results<Ok<WorkspaceResponse>, ProblemHttpResult>> RestoreAsync(
        Guid workspaceId, CurrentActor current, WorkspaceService workspaces, CancellationToken cancellationToken) =>
        Answer(await workspaces.RestoreAsync(await current.GetAsync(), workspaceId, cancellationToken));

    /// <summary>What a repeated POST gets: the workspace as the caller sees it now, with its invite code only for who may invite.</summary>
    internal static async Task<Result<object>> ReadAgainAsync(HttpContext http, Guid workspaceId) =>
        (await http.RequestServices.GetRequiredService<WorkspaceService>().FindAsync(Replays.ReaderOf(http), workspaceId, http.RequestAborted))
            .TryGet(out var view, out var error) ? WorkspaceResponse.From(view) : error;

    private static Results<Ok<WorkspaceResponse>, ProblemHttpResult> Answer(Result<WorkspaceView> result) =>
        result.TryGet(out var view, out var error) ? TypedResults.Ok(WorkspaceResponse.From(view)) : error.ToProblem();
}
