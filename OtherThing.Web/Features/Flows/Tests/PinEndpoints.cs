using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Payloads;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Flows.Tests;

/// <summary>Body of a pin; without a port the step leaves by its first.</summary>
public sealed record PinStepRequest([property: JsonConverter(typeof(PayloadConverter))] JsonElement Output, string? Port);

/// <summary>A pinned output.</summary>
public sealed record PinResponse(string StepId, JsonElement Output, string Port, Guid PinnedBy, DateTime PinnedAt)
{
    public static PinResponse From(StepPin pin) => new(pin.StepId, pin.ReadOutput(), pin.Port, pin.PinnedBy, pin.PinnedAt);
}

/// <summary>The pins of a flow, by step.</summary>
public sealed record PinsResponse(IReadOnlyList<PinResponse> Items, string? Next);

/// <summary>Pinned outputs over REST.</summary>
internal static class PinEndpoints
{
    public static void MapPinEndpoints(this WebApplication app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/flows/{flowId:guid}").WithTags("Flows");
        group.MapGet("/pins", ListAsync).WithName("ListPins").Requires(Operations.FlowRead);
        group.MapPut("/steps/{stepId}/pin", PinAsync).WithName("PinStep").Requires(Operations.FlowEdit);
        group.MapDelete("/steps/{stepId}/pin", UnpinAsync).WithName("UnpinStep").Requires(Operations.FlowEdit);
    }

    private static async Task<Results<Ok<PinsResponse>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, Guid flowId, PinService pins, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await pins.ListAsync(await current.GetAsync(), workspaceId, flowId, cancellationToken);
        return result.IsSuccess
            ? TypedResults.Ok(new PinsResponse([.. result.Value.Select(PinResponse.From)], null))
            : result.Error.ToProblem();
    }

    private static async Task<Results<Ok<PinResponse>, ProblemHttpResult>> PinAsync(
        Guid workspaceId, Guid flowId, string stepId, PinStepRequest request, PinService pins, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await pins.PinAsync(await current.GetAsync(), workspaceId, flowId, stepId, request.Output, request.Port, cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(PinResponse.From(result.Value)) : result.Error.ToProblem();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> UnpinAsync(
        Guid workspaceId, Guid flowId, string stepId, PinService pins, CurrentActor current, CancellationToken cancellationToken) =>
        await pins.UnpinAsync(await current.GetAsync(), workspaceId, flowId, stepId, cancellationToken) is { } error
            ? error.ToProblem()
            : TypedResults.NoContent();
}
