using Microsoft.AspNetCore.Http.HttpResults;

namespace OtherThing.Web.Features.Nodes;

/// <summary>The agent's files; public, since a machine that is not enrolled yet fetches them.</summary>
internal static class DownloadEndpoints
{
    public static void MapDownloadEndpoints(this IEndpointRouteBuilder app)
    {
        app.MapGet("/downloads/{system}/agent", Fetch).AllowAnonymous().WithName("DownloadAgent").ExcludeFromDescription();
        app.MapGet("/downloads/{system}/deb", FetchDeb).AllowAnonymous().WithName("DownloadAgentDeb").ExcludeFromDescription();
        app.MapGet("/downloads/{system}/tar", FetchTar).AllowAnonymous().WithName("DownloadAgentTar").ExcludeFromDescription();
        app.MapGet("/downloads/{system}/sha256", FetchHash).AllowAnonymous().WithName("DownloadAgentChecksum").ExcludeFromDescription();
    }

    private static Results<PhysicalFileHttpResult, NotFound> Fetch(string system, NodeDownloads downloads) =>
        Send(downloads.Find(system), "application/octet-stream");

    private static Results<PhysicalFileHttpResult, NotFound> FetchDeb(string system, NodeDownloads downloads) =>
        Send(downloads.Find(system, NodePackage.Deb), "application/vnd.debian.binary-package");

    private static Results<PhysicalFileHttpResult, NotFound> FetchTar(string system, NodeDownloads downloads) =>
        Send(downloads.Find(system, NodePackage.Tar), "application/gzip");

    private static Results<PhysicalFileHttpResult, NotFound> Send(NodeDownload? file, string type) => file is not null
        ? TypedResults.PhysicalFile(file.Path, type, file.FileName, enableRangeProcessing: true)
        : TypedResults.NotFound();

    private static Results<ContentHttpResult, NotFound> FetchHash(string system, NodeDownloads downloads) => downloads.Find(system) is { } file
        ? TypedResults.Text($"{file.Sha256}  {file.FileName}\n")
        : TypedResults.NotFound();
}
