using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Console;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Console;

/// <summary><c>/workspaces/{workspaceId}/console</c>.</summary>
internal static class ConsoleEndpoints
{
    public static void MapConsoleEndpoints(this IEndpointRouteBuilder app) =>
        app.MapApi("/workspaces/{workspaceId:guid}/console").WithTags("Console")
            .MapPost("", ExecuteAsync).WithName("RunConsoleLine").Requires(Operations.ConsoleUse);

    private static async Task<Results<Ok<ConsoleResponse>, ProblemHttpResult>> ExecuteAsync(
        Guid workspaceId, ConsoleRequest request, CurrentActor current, ConsoleService console, CancellationToken cancellationToken)
    {
        var done = await console.ExecuteAsync(await current.GetAsync(), workspaceId, request.Line, cancellationToken);
        return done.TryGet(out var result, out var error)
            ? TypedResults.Ok(new ConsoleResponse(result.ExitCode, result.Text, result.Data))
            : error.ToProblem();
    }
}

/// <summary>A line to run.</summary>
internal sealed record ConsoleRequest(string? Line);

/// <summary>What it did: exit code 0 done, 1 refused, 2 not understood.</summary>
internal sealed record ConsoleResponse(int ExitCode, string Text, JsonNode? Data);
