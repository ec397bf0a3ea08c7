using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Flows;

namespace OtherThing.Web.Features.Flows;

/// <summary>The published JSON Schemas; public like the guide.</summary>
internal static class FlowSchemaEndpoints
{
    public static void MapFlowSchemas(this WebApplication app) =>
        app.MapGet("/schemas/flow/v1.json", static Ok<JsonElement> () => TypedResults.Ok(FlowSchema.Document))
            .AllowAnonymous().WithName("GetFlowSchema").WithTags("Flows");
}
