using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Gallery;
using OtherThing.Core.Results;
using OtherThing.Web.Features.Flows.Exchange;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Flows.Gallery;

/// <summary>A flow to begin with.</summary>
public sealed record FlowTemplateResponse(
    string Id, string Title, string Purpose, IReadOnlyList<string> Needs, JsonElement TryWith, JsonElement Flow)
{
    public static FlowTemplateResponse From(FlowTemplate template) => new(
        template.Id, template.Title, template.Purpose, template.Needs, template.TryWith, Json.Parse(FlowJson.Write(template.Flow)));
}

/// <summary>The gallery.</summary>
public sealed record FlowTemplatesResponse(IReadOnlyList<FlowTemplateResponse> Items, string? Next);

/// <summary>Body of a flow made from a template; without a name it takes the template's title.</summary>
public sealed record CreateFromTemplateRequest(string? Name);

/// <summary>The gallery over REST.</summary>
internal static class FlowGalleryEndpoints
{
    public static void MapFlowGalleryEndpoints(this WebApplication app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/flow-templates").WithTags("Flows");
        group.MapGet("", ListAsync).WithName("ListFlowTemplates").Requires(Operations.FlowRead);
        group.MapPost("/{templateId}/flows", CreateAsync).WithName("CreateFlowFromTemplate").Requires(Operations.FlowEdit).ReadsAgain(FlowReplays.FlowAsync);
    }

    private static async Task<Results<Ok<FlowTemplatesResponse>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, FlowGalleryService gallery, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await gallery.ListAsync(await current.GetAsync(), workspaceId, cancellationToken);
        return result.TryGet(out var templates, out var refusal)
            ? TypedResults.Ok(new FlowTemplatesResponse([.. templates.Select(FlowTemplateResponse.From)], null))
            : refusal.ToProblem();
    }

    private static async Task<Results<Created<FlowResponse>, ProblemHttpResult>> CreateAsync(
        Guid workspaceId, string templateId, CreateFromTemplateRequest? request, FlowGalleryService gallery, CurrentActor current,
        CancellationToken cancellationToken)
    {
        var result = await gallery.CreateAsync(await current.GetAsync(), workspaceId, templateId, request?.Name, cancellationToken);
        return result.TryGet(out var flow, out var refusal)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{workspaceId}/flows/{flow.Id}", FlowResponse.From(flow))
            : refusal.ToProblem();
    }
}
