using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Exchange;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Payloads;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Flows.Exchange;

/// <summary>Flows as files over REST.</summary>
internal static class FlowExchangeEndpoints
{
    public static void MapFlowExchangeEndpoints(this WebApplication app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/flows").WithTags("Flows");
        group.MapGet("/{flowId:guid}/export", ExportAsync).WithName("ExportFlow").Requires(Operations.FlowExport)
            .WithSummary("The draft as a readable file; it carries no keys, nodes, members or secrets.");
        group.MapPost("/import", ImportAsync).WithName("ImportFlow").Requires(Operations.FlowEdit).Accepts<JsonElement>(MediaTypeNames.Application.Json)
            .WithSummary("Makes an inert draft from a file exported here, a workflow of n8n, or flows of Node-RED; the body is the file.");
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ExportAsync(
        Guid workspaceId, Guid flowId, FlowService flows, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await flows.ExportAsync(await current.GetAsync(), workspaceId, flowId, cancellationToken);
        return result.TryGet(out var file, out var refusal)
            ? TypedResults.File(Encoding.UTF8.GetBytes(file.Text), MediaTypeNames.Application.Json, file.FileName)
            : refusal.ToProblem();
    }

    private static async Task<Results<Created<ImportFlowResponse>, ProblemHttpResult>> ImportAsync(
        Guid workspaceId, string? name, HttpRequest request, FlowService flows, CurrentActor current, CancellationToken cancellationToken)
    {
        using var file = new MemoryStream();
        await request.Body.CopyToAsync(file, cancellationToken);
        var imported = FlowImport.Read(file.ToArray(), PayloadType.Parse(request.ContentType));
        var result = await flows.ImportAsync(await current.GetAsync(), workspaceId, imported, name, cancellationToken);
        return result.TryGet(out var flow, out var refusal)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{workspaceId}/flows/{flow.Id}", ImportFlowResponse.From(flow, imported.Value))
            : refusal.ToProblem();
    }
}

/// <summary>The draft an import made, what to look at, and what keeps it from running.</summary>
public sealed record ImportFlowResponse(
    FlowResponse Flow, ImportSource Source, IReadOnlyList<ImportRemark> Remarks, IReadOnlyList<ImportProblemResponse> Problems)
{
    public static ImportFlowResponse From(Flow flow, ImportedFlow imported) => new(
        FlowResponse.From(flow), imported.Source, imported.Remarks,
        [.. FlowValidator.Validate(imported.Definition).Select(problem => new ImportProblemResponse(problem.Path, problem.Message))]);
}

/// <summary>What keeps an imported flow from running.</summary>
public sealed record ImportProblemResponse(string Path, string Message);
