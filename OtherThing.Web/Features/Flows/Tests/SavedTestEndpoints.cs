using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Flows.Tests;

/// <summary>Tests of flows over REST.</summary>
internal static class SavedTestEndpoints
{
    public static void MapSavedTestEndpoints(this WebApplication app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/flows/{flowId:guid}/tests").WithTags("Flow tests");
        group.MapGet("", ListAsync).WithName("ListFlowTests").Requires(Operations.FlowRead);
        group.MapPost("", SaveAsync).WithName("SaveRunAsTest").Requires(Operations.FlowEdit);
        group.MapPost("/run", RunAsync).WithName("RunFlowTests").Requires(Operations.RunStart);
        group.MapGet("/{testId:guid}", GetAsync).WithName("GetFlowTest").Requires(Operations.FlowRead);
        group.MapPatch("/{testId:guid}", UpdateAsync).WithName("UpdateFlowTest").Requires(Operations.FlowEdit);
        group.MapDelete("/{testId:guid}", DeleteAsync).WithName("DeleteFlowTest").Requires(Operations.FlowEdit);
    }

    private static async Task<Results<Ok<Page<SavedTestSummaryResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, Guid flowId, int? limit, string? cursor, SavedTestService tests, CurrentActor current, CancellationToken cancellationToken)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var malformed))
        {
            return malformed.ToProblem();
        }

        var result = await tests.ListAsync(await current.GetAsync(), workspaceId, flowId, page, cancellationToken);
        return result.TryGet(out var found, out var refusal) ? TypedResults.Ok(found.Select(SavedTestSummaryResponse.From)) : refusal.ToProblem();
    }

    private static async Task<Results<Created<SavedTestResponse>, ProblemHttpResult>> SaveAsync(
        Guid workspaceId, Guid flowId, SaveTestRequest request, SavedTestService tests, CurrentActor current, CancellationToken cancellationToken)
    {
        // Without a run there is none of that id.
        var result = await tests.SaveRunAsync(
            await current.GetAsync(), workspaceId, flowId, request.RunId ?? Guid.Empty, request.Name, cancellationToken);
        return result.TryGet(out var test, out var refusal)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{workspaceId}/flows/{flowId}/tests/{test.Id}", SavedTestResponse.From(test))
            : refusal.ToProblem();
    }

    private static async Task<Results<Ok<SavedTestResponse>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid flowId, Guid testId, SavedTestService tests, CurrentActor current, CancellationToken cancellationToken) =>
        Answer(await tests.GetAsync(await current.GetAsync(), workspaceId, flowId, testId, cancellationToken));

    private static async Task<Results<Ok<SavedTestResponse>, ProblemHttpResult>> UpdateAsync(
        Guid workspaceId, Guid flowId, Guid testId, UpdateTestRequest request, SavedTestService tests, CurrentActor current,
        CancellationToken cancellationToken)
    {
        var change = new SavedTestUpdate(request.Name, request.Input, request.Answers, request.Expected);
        return Answer(await tests.UpdateAsync(await current.GetAsync(), workspaceId, flowId, testId, change, cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid workspaceId, Guid flowId, Guid testId, SavedTestService tests, CurrentActor current, CancellationToken cancellationToken) =>
        await tests.DeleteAsync(await current.GetAsync(), workspaceId, flowId, testId, cancellationToken) is { } error
            ? error.ToProblem()
            : TypedResults.NoContent();

    private static async Task<Results<Ok<TestReportResponse>, ProblemHttpResult>> RunAsync(
        Guid workspaceId, Guid flowId, RunTestsRequest? request, SavedTestRuns tests, CurrentActor current, CancellationToken cancellationToken)
    {
        if (!ReadVersion(request?.Version).TryGet(out var version, out var malformed))
        {
            return malformed.ToProblem();
        }

        var result = await tests.RunAsync(await current.GetAsync(), workspaceId, flowId, request?.Tests, version, cancellationToken);
        return result.TryGet(out var report, out var refusal) ? TypedResults.Ok(TestReportResponse.From(report)) : refusal.ToProblem();
    }

    private static Result<FlowVersionChoice> ReadVersion(JsonElement? version) => version switch
    {
        null or { ValueKind: JsonValueKind.Null } => FlowVersionChoice.Draft,
        // The raw text: what is between the quotes may be no text at all (half a surrogate pair).
        { } given => FlowVersionChoice.Parse(given.GetRawText().Trim('"')),
    };

    private static Results<Ok<SavedTestResponse>, ProblemHttpResult> Answer(Result<SavedTest> result) =>
        result.TryGet(out var test, out var refusal) ? TypedResults.Ok(SavedTestResponse.From(test)) : refusal.ToProblem();
}
