using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Triggers;
using OtherThing.Web.Features.Flows;
using OtherThing.Web.Features.Flows.Exchange;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Triggers;

/// <summary>Triggers of flows over REST.</summary>
internal static class TriggerEndpoints
{
    public static void MapTriggerEndpoints(this WebApplication app) =>
        app.MapApi("/workspaces/{workspaceId:guid}/flows/{flowId:guid}/triggers").WithTags("Flows")
            .MapPost("/{stepId}/rotate", RotateAsync).WithName("RotateWebhookAddress").Requires(Operations.WebhookSecret).ReadsAgain(FlowReplays.TriggerAsync);

    private static async Task<Results<Ok<FlowTriggerResponse>, ProblemHttpResult>> RotateAsync(
        Guid workspaceId, Guid flowId, string stepId, TriggerService triggers, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await triggers.RotateAsync(await current.GetAsync(), workspaceId, flowId, stepId, cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(FlowTriggerResponse.From(result.Value)) : result.Error.ToProblem();
    }
}
