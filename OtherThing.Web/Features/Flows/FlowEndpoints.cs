using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Triggers;
using OtherThing.Web.Features.Flows.Exchange;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Flows;

/// <summary>Flows over REST.</summary>
internal static class FlowEndpoints
{
    public static void MapFlowEndpoints(this WebApplication app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/flows").WithTags("Flows");
        group.MapGet("", ListAsync).WithName("ListFlows").Requires(Operations.FlowRead);
        group.MapPost("", CreateAsync).WithName("CreateFlow").Requires(Operations.FlowEdit).ReadsAgain(FlowReplays.FlowAsync);
        group.MapGet("/{flowId:guid}", GetAsync).WithName("GetFlow").Requires(Operations.FlowRead);
        group.MapPatch("/{flowId:guid}", UpdateAsync).WithName("UpdateFlow").Requires(Operations.FlowEdit);
        group.MapDelete("/{flowId:guid}", DeleteAsync).WithName("DeleteFlow").Requires(Operations.FlowDelete);
        group.MapPost("/{flowId:guid}/duplicate", DuplicateAsync).WithName("DuplicateFlow").Requires(Operations.FlowEdit).ReadsAgain(FlowReplays.FlowAsync);
        group.MapPost("/{flowId:guid}/publish", PublishAsync).WithName("PublishFlow").Requires(Operations.FlowPublish).ReadsAgain(FlowReplays.PublishedAsync);
    }

    private static async Task<Results<Ok<Page<FlowResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, int? limit, string? cursor, FlowService flows, TriggerService triggers, CurrentActor current, CancellationToken cancellationToken)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var malformed))
        {
            return malformed.ToProblem();
        }

        var actor = await current.GetAsync();
        if (!(await flows.ListAsync(actor, workspaceId, page, cancellationToken)).TryGet(out var found, out var refusal)
            || !(await triggers.DescribeAsync(actor, workspaceId, [.. found.Items.Select(flow => (flow.Id, flow.CreatedBy))], cancellationToken))
                .TryGet(out var published, out refusal))
        {
            return refusal.ToProblem();
        }

        return TypedResults.Ok(found.Select(flow => FlowResponse.From(flow, published[flow.Id])));
    }

    private static async Task<Results<Created<FlowResponse>, ProblemHttpResult>> CreateAsync(
        Guid workspaceId, CreateFlowRequest request, FlowService flows, TriggerService triggers, CurrentActor current, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        if (!Read(request.Flow).TryGet(out var definition, out var malformed))
        {
            return malformed.ToProblem();
        }

        var result = await flows.CreateAsync(
            actor, workspaceId, request.Name, request.Description, definition ?? FlowDocument.Empty, cancellationToken);
        return await CreatedAsync(result, actor, triggers, cancellationToken);
    }

    private static async Task<Results<Ok<FlowResponse>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid flowId, FlowService flows, TriggerService triggers, CurrentActor current, HttpResponse response,
        CancellationToken cancellationToken) =>
        await AnswerAsync(
            await flows.GetAsync(await current.GetAsync(), workspaceId, flowId, cancellationToken), await current.GetAsync(), triggers, response,
            cancellationToken);

    private static async Task<Results<Ok<FlowResponse>, ProblemHttpResult>> UpdateAsync(
        Guid workspaceId, Guid flowId, UpdateFlowRequest request, FlowService flows, FlowSettingsService settings, TriggerService triggers,
        CurrentActor current,
        HttpRequest http, HttpResponse response, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        int? byHeader = null;
        var malformed = Read(request.Flow).TryGet(out var definition, out var error) ? null : error;
        if (malformed is null && http.Headers.IfMatch is [{ } tag] && tag != "*")
        {
            if (int.TryParse(tag.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                byHeader = version;
            }
            else
            {
                malformed = Error.Invalid("request.if_match", "If-Match", "If-Match takes the flow's version, as in the ETag of its answer.");
            }
        }

        if (malformed is not null)
        {
            return malformed.ToProblem();
        }

        var change = new FlowUpdate(request.Name, request.Description, definition);
        if (request.Settings is { } wanted)
        {
            // Beside the document, so the version stays; what else is asked for comes first, and nothing of it is half done.
            var first = change == new FlowUpdate() ? null
                : (await flows.UpdateAsync(actor, workspaceId, flowId, change, byHeader ?? request.Version, byHeader is not null, cancellationToken)).Error;
            first ??= (await settings.UpdateAsync(actor, workspaceId, flowId, wanted, cancellationToken)).Error;
            return first is { } refused
                ? refused.ToProblem()
                : await AnswerAsync(await flows.GetAsync(actor, workspaceId, flowId, cancellationToken), actor, triggers, response, cancellationToken);
        }

        var result = await flows.UpdateAsync(
            actor, workspaceId, flowId, change, byHeader ?? request.Version, byHeader is not null, cancellationToken);
        return await AnswerAsync(result, actor, triggers, response, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid workspaceId, Guid flowId, FlowService flows, CurrentActor current, CancellationToken cancellationToken) =>
        await flows.DeleteAsync(await current.GetAsync(), workspaceId, flowId, cancellationToken) is { } error
            ? error.ToProblem()
            : TypedResults.NoContent();

    private static async Task<Results<Created<FlowResponse>, ProblemHttpResult>> DuplicateAsync(
        Guid workspaceId, Guid flowId, FlowService flows, TriggerService triggers, CurrentActor current, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        return await CreatedAsync(await flows.DuplicateAsync(actor, workspaceId, flowId, cancellationToken), actor, triggers, cancellationToken);
    }

    private static async Task<Results<Ok<PublishFlowResponse>, ProblemHttpResult>> PublishAsync(
        Guid workspaceId, Guid flowId, FlowService flows, TriggerService triggers, CurrentActor current, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        return (await flows.PublishAsync(actor, workspaceId, flowId, cancellationToken)).TryGet(out var flow, out var refusal)
            ? TypedResults.Ok(new PublishFlowResponse(
                flow.Revision, [.. (await DescribeAsync(flow, actor, triggers, cancellationToken)).Select(FlowTriggerResponse.From)]))
            : refusal.ToProblem();
    }

    private static async Task<Results<Created<FlowResponse>, ProblemHttpResult>> CreatedAsync(
        Result<Flow> result, Actor actor, TriggerService triggers, CancellationToken cancellationToken) =>
        result.TryGet(out var flow, out var error)
            ? TypedResults.Created(
                $"{RestSetup.Prefix}/workspaces/{flow.WorkspaceId}/flows/{flow.Id}",
                FlowResponse.From(flow, await DescribeAsync(flow, actor, triggers, cancellationToken)))
            : error.ToProblem();

    /// <summary>What was done is answered also to who may write and not read.</summary>
    internal static async Task<IReadOnlyList<TriggerView>> DescribeAsync(
        Flow flow, Actor actor, TriggerService triggers, CancellationToken cancellationToken) =>
        (await triggers.DescribeAsync(actor, flow.WorkspaceId, flow, cancellationToken)).TryGet(out var views, out _) ? views : [];

    private static async Task<Results<Ok<FlowResponse>, ProblemHttpResult>> AnswerAsync(
        Result<Flow> result, Actor actor, TriggerService triggers, HttpResponse response, CancellationToken cancellationToken)
    {
        if (!result.TryGet(out var flow, out var error))
        {
            return error.ToProblem();
        }

        response.Headers.ETag = $"\"{flow.Revision.ToString(CultureInfo.InvariantCulture)}\"";
        return TypedResults.Ok(FlowResponse.From(flow, await DescribeAsync(flow, actor, triggers, cancellationToken)));
    }

    private static Result<FlowDocument?> Read(JsonElement? flow)
    {
        if (flow is null)
        {
            return Result<FlowDocument?>.Success(null);
        }

        return FlowJson.Parse(flow.Value).TryGet(out var definition, out var error) ? definition : error;
    }
}
