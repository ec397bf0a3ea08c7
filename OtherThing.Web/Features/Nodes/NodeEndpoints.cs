using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Nodes;

/// <summary><c>/my-nodes</c>, <c>/nodes</c> and a workspace's nodes.</summary>
internal static class NodeEndpoints
{
    private const int MaxWorkspaces = 500;
    private const string SetsAState = "It sets a state, so that doing it again changes nothing.";

    public static void MapNodeEndpoints(this IEndpointRouteBuilder app)
    {
        app.MapApi("/my-nodes").WithTags("Nodes").MapGet("", ListMineAsync).WithName("ListMyNodes").Requires(Operations.NodeList);

        var mine = app.MapApi("/nodes").WithTags("Nodes");
        mine.MapPost("/join-tokens", CreateJoinTokenAsync).WithName("CreateJoinToken").Requires(Operations.NodeAttach).ShowsASecretOnce();
        mine.MapPost("/claim", ClaimAnyAsync).WithName("ClaimNodeByCode").CountsAs(GuessPurpose.ClaimCode).Requires(Operations.NodeAttach).ReadsAgain(
            ReadAgainAsync);
        mine.MapGet("/{nodeId:guid}", GetAsync).WithName("GetNode").Requires(Operations.NodeList);
        mine.MapPatch("/{nodeId:guid}", RenameAsync).WithName("RenameNode").Requires(Operations.NodePolicy);
        mine.MapDelete("/{nodeId:guid}", RemoveAsync).WithName("RemoveNode").Requires(Operations.NodeRevoke);
        mine.MapPost("/{nodeId:guid}/claim", ClaimAsync).WithName("ClaimNode").CountsAs(GuessPurpose.ClaimCode).Requires(Operations.NodeAttach).ReadsAgain(
            ReadAgainAsync);
        mine.MapPost("/{nodeId:guid}/workspaces", SetWorkspacesAsync).WithName("SetNodeWorkspaces").Requires(Operations.NodeAttach).TakesNoKey(SetsAState);
        mine.MapPost("/{nodeId:guid}/limits", SetLimitsAsync).WithName("SetNodeLimits").Requires(Operations.NodeLimits).TakesNoKey(SetsAState);
        mine.MapPost("/{nodeId:guid}/drain", DrainAsync).WithName("DrainNode").Requires(Operations.NodePause).TakesNoKey(SetsAState);
        mine.MapPost("/{nodeId:guid}/resume", ResumeAsync).WithName("ResumeNode").Requires(Operations.NodePause).TakesNoKey(SetsAState);

        var shared = app.MapApi("/workspaces/{workspaceId:guid}/nodes").WithTags("Nodes");
        shared.MapGet("", ListAsync).WithName("ListWorkspaceNodes").Requires(Operations.NodeList);
        shared.MapDelete("/{nodeId:guid}", DetachAsync).WithName("DetachNode").Requires(Operations.NodeDetach);
    }

    private static async Task<Results<Ok<Page<NodeResponse>>, ProblemHttpResult>> ListMineAsync(
        CurrentActor current, NodeService nodes, CancellationToken cancellationToken,
        bool? hidden = null, int? limit = null, string? cursor = null) =>
        Pages(await nodes.ListMineAsync(await current.GetAsync(), hidden ?? false, cancellationToken), limit, cursor);

    private static async Task<Results<Ok<Page<NodeResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, CurrentActor current, NodeService nodes, CancellationToken cancellationToken,
        int? limit = null, string? cursor = null) =>
        Pages(await nodes.ListAsync(await current.GetAsync(), workspaceId, cancellationToken), limit, cursor);

    private static async Task<Results<Created<JoinTokenResponse>, ProblemHttpResult>> CreateJoinTokenAsync(
        CreateJoinTokenRequest request, CurrentActor current, NodeClaims claims, CancellationToken cancellationToken)
    {
        if (request.WorkspaceIds?.Count > MaxWorkspaces)
        {
            return TooManyWorkspaces.ToProblem();
        }

        var draft = new JoinTokenDraft { Name = request.Name, WorkspaceIds = [.. (request.WorkspaceIds ?? []).Distinct()] };
        var made = await claims.CreateJoinTokenAsync(await current.GetAsync(), draft, cancellationToken);
        return made.TryGet(out var token, out var error)
            ? TypedResults.Created($"{RestSetup.Prefix}/my-nodes", new JoinTokenResponse(token.Token, token.ExpiresAt))
            : error.ToProblem();
    }

    private static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> ClaimAnyAsync(
        ClaimNodeRequest request, CurrentActor current, NodeClaims claims, CancellationToken cancellationToken) =>
        Answer(await claims.ClaimAsync(await current.GetAsync(), nodeId: null, request.ClaimCode, cancellationToken));

    private static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> ClaimAsync(
        Guid nodeId, ClaimNodeRequest request, CurrentActor current, NodeClaims claims, CancellationToken cancellationToken) =>
        Answer(await claims.ClaimAsync(await current.GetAsync(), nodeId, request.ClaimCode, cancellationToken));

    private static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> GetAsync(
        Guid nodeId, CurrentActor current, NodeService nodes, CancellationToken cancellationToken) =>
        Answer(await nodes.GetAsync(await current.GetAsync(), nodeId, cancellationToken));

    private static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> RenameAsync(
        Guid nodeId, RenameNodeRequest request, CurrentActor current, NodeService nodes, CancellationToken cancellationToken) =>
        Answer(await nodes.RenameAsync(await current.GetAsync(), nodeId, request.Name ?? "", cancellationToken));

    private static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> SetLimitsAsync(
        Guid nodeId, SetNodeLimitsRequest request, CurrentActor current, NodeService nodes, CancellationToken cancellationToken)
    {
        var limits = new NodeLimits
        {
            CpuCores = request.CpuCores,
            MemoryMb = request.MemoryMb,
            GpuCount = request.GpuCount,
            StorageMb = request.StorageMb,
        };
        return Answer(await nodes.SetLimitsAsync(await current.GetAsync(), nodeId, limits, cancellationToken));
    }

    private static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> SetWorkspacesAsync(
        Guid nodeId, SetNodeWorkspacesRequest request, CurrentActor current, NodeService nodes, CancellationToken cancellationToken)
    {
        if (request.WorkspaceIds is not { } workspaceIds)
        {
            return Error.Invalid("node.workspaces_invalid", "workspaceIds", "workspaceIds must be a list of workspace ids; empty takes the machine out of all.")
                .ToProblem();
        }

        return workspaceIds.Count > MaxWorkspaces
            ? TooManyWorkspaces.ToProblem()
            : Answer(await nodes.SetWorkspacesAsync(await current.GetAsync(), nodeId, workspaceIds, cancellationToken));
    }

    private static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> DrainAsync(
        Guid nodeId, CurrentActor current, NodeService nodes, CancellationToken cancellationToken) =>
        Answer(await nodes.DrainAsync(await current.GetAsync(), nodeId, cancellationToken));

    private static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> ResumeAsync(
        Guid nodeId, CurrentActor current, NodeService nodes, CancellationToken cancellationToken) =>
        Answer(await nodes.ResumeAsync(await current.GetAsync(), nodeId, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        Guid nodeId, CurrentActor current, NodeService nodes, CancellationToken cancellationToken) =>
        await nodes.RemoveAsync(await current.GetAsync(), nodeId, cancellationToken) is { } error ? error.ToProblem() : TypedResults.NoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> DetachAsync(
        Guid workspaceId, Guid nodeId, CurrentActor current, NodeService nodes, CancellationToken cancellationToken) =>
        await nodes.DetachAsync(await current.GetAsync(), workspaceId, nodeId, cancellationToken) is { } error ? error.ToProblem() : TypedResults.NoContent();

    private static Error TooManyWorkspaces { get; } =
        Error.Invalid("node.workspaces_invalid", "workspaceIds", $"workspaceIds may name at most {MaxWorkspaces} workspaces.");

    private static async Task<Result<object>> ReadAgainAsync(HttpContext http, Guid nodeId) =>
        (await http.RequestServices.GetRequiredService<NodeService>().GetAsync(Replays.ReaderOf(http), nodeId, http.RequestAborted))
            .TryGet(out var node, out var error) ? NodeResponse.From(node) : error;

    private static Results<Ok<NodeResponse>, ProblemHttpResult> Answer(Result<NodeView> result) =>
        result.TryGet(out var node, out var error) ? TypedResults.Ok(NodeResponse.From(node)) : error.ToProblem();

    // A person has few nodes: the whole list is read, and cut here into the pages every list has.
    private static Results<Ok<Page<NodeResponse>>, ProblemHttpResult> Pages(Result<IReadOnlyList<NodeView>> result, int? limit, string? cursor)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong))
        {
            return wrong.ToProblem();
        }

        if (!result.TryGet(out var nodes, out var error))
        {
            return error.ToProblem();
        }

        var rest = nodes.OrderBy(node => node.Id).Where(node => page.Cursor is null || node.Id.CompareTo(page.Cursor.Id) > 0).ToList();
        var items = rest.Take(page.Limit).ToList();
        var next = rest.Count > items.Count ? new Cursor(DateTime.UnixEpoch, items[^1].Id).ToString() : null;
        return TypedResults.Ok(new Page<NodeResponse>([.. items.Select(NodeResponse.From)], next));
    }
}
