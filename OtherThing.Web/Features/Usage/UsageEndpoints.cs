using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Usage;

/// <summary><c>/workspaces/{id}/usage</c>.</summary>
internal static class UsageEndpoints
{
    public static void MapUsageEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/usage").WithTags("Usage");
        group.MapGet("", ListAsync).WithName("ListUsage").Requires(Operations.UsageOwn);
        group.MapPost("", RecordAsync).WithName("RecordUsage").Requires(Operations.UsageRecord);
        group.MapGet("/summary", SummarizeAsync).WithName("SummarizeUsage").Requires(Operations.UsageTotals);
    }

    private static async Task<Results<Ok<Page<UsageEntryResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, [AsParameters] UsageQuery query, CurrentActor current, UsageService usage,
        CancellationToken cancellationToken, int? limit = null, string? cursor = null)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong) || !query.Read().TryGet(out var filter, out wrong))
        {
            return wrong.ToProblem();
        }

        var found = await usage.ListAsync(await current.GetAsync(), workspaceId, filter, page, cancellationToken);
        return found.TryGet(out var list, out var error) ? TypedResults.Ok(list.Select(UsageEntryResponse.From)) : error.ToProblem();
    }

    private static async Task<Results<Created<UsageEntryResponse>, ProblemHttpResult>> RecordAsync(
        Guid workspaceId, RecordUsageRequest request, CurrentActor current, UsageService usage, CancellationToken cancellationToken)
    {
        var manual = new ManualUsage(
            request.Type, request.Provider, request.Model, request.TokensUsed, request.ComputeSeconds, request.CostCents, request.FlowId);
        var recorded = await usage.RecordAsync(await current.GetAsync(), workspaceId, manual, cancellationToken);
        return recorded.TryGet(out var entry, out var error)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{workspaceId}/usage", UsageEntryResponse.From(entry))
            : error.ToProblem();
    }

    private static async Task<Results<Ok<UsageSummaryResponse>, ProblemHttpResult>> SummarizeAsync(
        Guid workspaceId, [AsParameters] UsageQuery query, CurrentActor current, UsageService usage,
        CancellationToken cancellationToken, string? groupBy = null)
    {
        if (!query.Read().TryGet(out var filter, out var wrong) || !UsageQuery.ReadGrouping(groupBy).TryGet(out var grouping, out wrong))
        {
            return wrong.ToProblem();
        }

        var found = await usage.SummarizeAsync(await current.GetAsync(), workspaceId, filter, grouping, byDay: false, cancellationToken);
        return found.TryGet(out var summary, out var error) ? TypedResults.Ok(UsageSummaryResponse.Of(summary)) : error.ToProblem();
    }
}
