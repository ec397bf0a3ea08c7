using System.Globalization;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Triggers;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Flows.Exchange;

/// <summary>
/// What a repeated POST about a flow gets: the flow as it is now. The first answer is not kept, since it may hold a webhook's address, which is a secret.
/// </summary>
internal static class FlowReplays
{
    public static async Task<Result<object>> FlowAsync(HttpContext http, Guid flowId) =>
        (await ReadAsync(http, flowId)).TryGet(out var read, out var error) ? FlowResponse.From(read.Flow, read.Triggers) : error;

    public static async Task<Result<object>> PublishedAsync(HttpContext http, Guid flowId) =>
        (await ReadAsync(http, flowId)).TryGet(out var read, out var error)
            ? new PublishFlowResponse(read.Flow.PublishedRevision ?? read.Flow.Revision, [.. read.Triggers.Select(FlowTriggerResponse.From)])
            : error;

    public static async Task<Result<object>> TriggerAsync(HttpContext http, Guid flowId)
    {
        if (!(await ReadAsync(http, flowId)).TryGet(out var read, out var error))
        {
            return error;
        }

        var stepId = Convert.ToString(http.GetRouteValue("stepId"), CultureInfo.InvariantCulture);
        return read.Triggers.FirstOrDefault(trigger => trigger.StepId == stepId) is { } found ? FlowTriggerResponse.From(found) : TriggerErrors.NotFound;
    }

    private static async Task<Result<(Flow Flow, IReadOnlyList<TriggerView> Triggers)>> ReadAsync(HttpContext http, Guid flowId)
    {
        var actor = Replays.ReaderOf(http);
        var workspaceId = Guid.Parse(Convert.ToString(http.GetRouteValue("workspaceId"), CultureInfo.InvariantCulture)!);
        var (flows, triggers) = (http.RequestServices.GetRequiredService<FlowService>(), http.RequestServices.GetRequiredService<TriggerService>());
        return (await flows.GetAsync(actor, workspaceId, flowId, http.RequestAborted)).TryGet(out var flow, out var error)
            ? (flow, await FlowEndpoints.DescribeAsync(flow, actor, triggers, http.RequestAborted))
            : error;
    }
}
