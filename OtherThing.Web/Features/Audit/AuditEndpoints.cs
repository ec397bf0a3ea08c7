using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Audit;

/// <summary><c>/workspaces/{id}/audit</c>.</summary>
internal static class AuditEndpoints
{
    public static void MapAuditEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/audit").WithTags("Audit");
        group.MapGet("", ListAsync).WithName("ListAudit").Requires(Operations.AuditRead);
        group.MapGet("/verify", VerifyAsync).WithName("VerifyAudit").Requires(Operations.AuditRead);
        group.MapGet("/export", ExportAsync).WithName("ExportAudit").Requires(Operations.AuditRead);
        // The same for the page's own links, whose browser has a cookie and no token.
        app.MapGet("/w/{slug}/audit/export", ExportBySlugAsync).ExcludeFromDescription().RequireAuthorization().Requires(Operations.AuditRead);
    }

    private static async Task<Results<Ok<Page<AuditEntryResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, [AsParameters] AuditQuery query, CurrentActor current, AuditService audit,
        CancellationToken cancellationToken, int? limit = null, string? cursor = null)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong) || !query.Read().TryGet(out var filter, out wrong))
        {
            return wrong.ToProblem();
        }

        var found = await audit.ListAsync(await current.GetAsync(), workspaceId, filter, page, cancellationToken);
        return found.TryGet(out var list, out var error) ? TypedResults.Ok(list.Select(AuditEntryResponse.From)) : error.ToProblem();
    }

    private static async Task<Results<Ok<AuditVerdictResponse>, ProblemHttpResult>> VerifyAsync(
        Guid workspaceId, CurrentActor current, AuditService audit, CancellationToken cancellationToken) =>
        (await audit.VerifyAsync(await current.GetAsync(), workspaceId, cancellationToken)).TryGet(out var verdict, out var error)
            ? TypedResults.Ok(AuditVerdictResponse.From(verdict))
            : error.ToProblem();

    /// <summary>All entries, oldest first: a line of JSON each, or comma-separated values.</summary>
    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        Guid workspaceId, [AsParameters] AuditQuery query, CurrentActor current, AuditService audit, AccessWatch watch, HttpContext http, string? format = null)
    {
        if (format is not (null or "" or "csv" or "jsonl"))
        {
            return Error.Invalid("audit.format_invalid", "format", "format must be csv or jsonl.").ToProblem();
        }

        // Whoever loses the right while they read get no more.
        var actor = await current.GetAsync();
        var hold = watch.Hold(actor, workspaceId, Operations.AuditRead);
        http.Response.RegisterForDispose(hold);
        var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, hold.Gone);
        http.Response.RegisterForDispose(either);
        http.Response.RegisterForDispose(hold.Gone.Register(http.Abort)); // also of what is written already and not yet read
        if (!query.Read().TryGet(out var filter, out var error)
            || !(await audit.ExportAsync(actor, workspaceId, filter, either.Token)).TryGet(out var entries, out error))
        {
            return error.ToProblem();
        }

        var isCsv = format != "jsonl";
        return TypedResults.Stream(
            stream => WriteAsync(stream, entries, isCsv, either.Token),
            isCsv ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8",
            isCsv ? "audit.csv" : "audit.jsonl");
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportBySlugAsync(
        string slug, [AsParameters] AuditQuery query, CurrentActor current, WorkspaceService workspaces, AuditService audit, AccessWatch watch,
        HttpContext http, string? format = null) =>
        (await workspaces.FindBySlugAsync(await current.GetAsync(), slug, http.RequestAborted)).TryGet(out var view, out var error)
            ? await ExportAsync(view.Workspace.Id, query, current, audit, watch, http, format)
            : error.ToProblem();

    private static async Task WriteAsync(Stream stream, IAsyncEnumerable<AuditEntry> entries, bool isCsv, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        if (isCsv)
        {
            await writer.WriteAsync(Csv.Line(AuditEntryResponse.Columns));
        }

        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested(); // entries come by the page, and a page is long
            var row = AuditEntryResponse.From(entry);
            await writer.WriteAsync(isCsv ? row.ToCsv() : JsonSerializer.Serialize(row, Json.Options) + "\n");
        }
    }
}
