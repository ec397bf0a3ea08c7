using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Values;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Runs;

/// <summary>Large values of runs: by REST, and as a file for who is signed in to the pages.</summary>
internal static class RunValueEndpoints
{
    public static void MapRunValueEndpoints(this WebApplication app)
    {
        app.MapApi("/workspaces/{workspaceId:guid}/runs/{runId:guid}/values").WithTags("Runs")
            .MapGet("/{hash}", GetAsync).WithName("GetRunValue").Requires(Operations.RunRead);
        app.MapGet("/files/workspaces/{workspaceId:guid}/runs/{runId:guid}/values/{hash}", DownloadAsync)
            .RequireAuthorization().WithName("DownloadRunValue").ExcludeFromDescription();
    }

    /// <summary>The address of the file for a link on a page.</summary>
    public static string AddressOf(Guid workspaceId, Guid runId, BlobRef value) => $"/files/workspaces/{workspaceId}/runs/{runId}/values/{value.Hash}";

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid runId, string hash, RunValueService values, CurrentActor current, CancellationToken cancellationToken) =>
        Answer(await values.OpenAsync(await current.GetAsync(), workspaceId, runId, hash, cancellationToken), null);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(
        Guid workspaceId, Guid runId, string hash, RunValueService values, CurrentActor current, CancellationToken cancellationToken) =>
        Answer(await values.OpenAsync(
            await current.GetAsync(), workspaceId, runId, hash, cancellationToken), $"value-{(hash.Length > 8 ? hash[..8] : hash)}.json");

    private static Results<FileStreamHttpResult, ProblemHttpResult> Answer(Result<Stream> opened, string? fileName) =>
        opened.TryGet(out var value, out var refusal)
            // Never shown as a page by the browser, whatever the value looks like.
            ? TypedResults.Stream(value, fileName is null ? "application/json" : "application/octet-stream", fileName)
            : refusal.ToProblem();
}
