using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Core.Triggers;
using OtherThing.Web.Features.Flows.Exchange;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Flows.Versions;

/// <summary>A flow's history over REST.</summary>
internal static class FlowVersionEndpoints
{
    public static void MapFlowVersionEndpoints(this WebApplication app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/flows/{flowId:guid}/versions").WithTags("Flows");
        group.MapGet("", ListAsync).WithName("ListFlowVersions").Requires(Operations.FlowRead);
        group.MapGet("/{version:int}", GetAsync).WithName("GetFlowVersion").Requires(Operations.FlowRead);
        group.MapGet("/{version}/compare/{other}", CompareAsync).WithName("CompareFlowVersions").Requires(Operations.FlowRead);
        group.MapPost("/{version:int}/restore", RestoreAsync).WithName("RestoreFlowVersion").Requires(Operations.FlowEdit).ReadsAgain(FlowReplays.FlowAsync);
    }

    private static async Task<Results<Ok<Page<FlowVersionResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, Guid flowId, int? limit, string? cursor, FlowVersionService versions, CurrentActor current, CancellationToken cancellationToken)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var malformed))
        {
            return malformed.ToProblem();
        }

        var result = await versions.ListAsync(await current.GetAsync(), workspaceId, flowId, page, cancellationToken);
        return result.TryGet(out var found, out var refusal) ? TypedResults.Ok(found.Select(FlowVersionResponse.From)) : refusal.ToProblem();
    }

    private static async Task<Results<Ok<FlowVersionResponse>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid flowId, int version, FlowVersionService versions, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await versions.GetAsync(await current.GetAsync(), workspaceId, flowId, version, cancellationToken);
        return result.TryGet(out var found, out var refusal) ? TypedResults.Ok(FlowVersionResponse.From(found)) : refusal.ToProblem();
    }

    private static async Task<Results<Ok<FlowDiffResponse>, ProblemHttpResult>> CompareAsync(
        Guid workspaceId, Guid flowId, string version, string other, FlowVersionService versions, CurrentActor current, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        if (!FlowVersionChoice.Parse(version).TryGet(out var from, out var malformed) || !FlowVersionChoice.Parse(other).TryGet(out var to, out malformed))
        {
            return malformed.ToProblem();
        }

        var result = await versions.CompareAsync(actor, workspaceId, flowId, from, to, cancellationToken);
        return result.TryGet(out var compared, out var refusal) ? TypedResults.Ok(FlowDiffResponse.From(compared.Diff)) : refusal.ToProblem();
    }

    private static async Task<Results<Ok<FlowResponse>, ProblemHttpResult>> RestoreAsync(
        Guid workspaceId, Guid flowId, int version, FlowVersionService versions, TriggerService triggers, CurrentActor current, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        var result = await versions.RestoreAsync(actor, workspaceId, flowId, version, cancellationToken);
        if (!result.TryGet(out var flow, out var refusal))
        {
            return refusal.ToProblem();
        }

        response.Headers.ETag = $"\"{flow.Revision.ToString(CultureInfo.InvariantCulture)}\"";
        return TypedResults.Ok(FlowResponse.From(flow, await FlowEndpoints.DescribeAsync(flow, actor, triggers, cancellationToken)));
    }
}
