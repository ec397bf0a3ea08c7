using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Flows.Tests;

/// <summary>Runs saved tests of a flow against one of its versions.</summary>
public sealed class SavedTestRuns(ISavedTestStore tests, IFlowStore flows, FlowPlans plans, RunOptions options, Door door, AuditLog audit)
{
    /// <summary>Runs tests offline (A37): nothing is written, nothing leaves the server, nothing is charged.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow.</param>
    /// <param name="testIds">Which tests; null runs all.</param>
    /// <param name="version">The version to test.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Test by test, or <c>flow.not_found</c>, <c>flow.version_not_found</c>, <c>flow.not_published</c>, <c>flow.invalid</c>,
    /// <c>test.not_found</c>.</returns>
    public async Task<Result<SavedTestReport>> RunAsync(
        Actor actor, Guid workspaceId, Guid flowId, IReadOnlyList<Guid>? testIds, FlowVersionChoice version, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunStart, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        var prepared = await PrepareAsync(workspaceId, flowId, version, cancellationToken);
        if (!prepared.TryGet(out var made, out refusal))
        {
            return refusal;
        }

        var results = new List<SavedTestResult>();
        foreach (var testId in testIds?.Distinct() ?? await tests.ListIdsAsync(workspaceId, flowId, cancellationToken))
        {
            if (await tests.FindAsync(workspaceId, flowId, testId, cancellationToken) is { } test)
            {
                // Off the caller's thread: a test may compute for a while.
                results.Add(await Task.Run(() => SavedTestRunner.Run(made.Plan, test, options.Budget, cancellationToken), cancellationToken));
            }
            else if (testIds is not null)
            {
                return SavedTestErrors.NotFound;
            }
        }

        audit.Post(actor, workspaceId, Operations.RunStart, $"flow:{flowId}", $"{results.Count} tests", "test.run");
        return new SavedTestReport(made.Version, results);
    }

    private async Task<Result<(FlowPlan Plan, int Version)>> PrepareAsync(
        Guid workspaceId, Guid flowId, FlowVersionChoice choice, CancellationToken cancellationToken)
    {
        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        if (choice is { Number: null, Published: false } || choice.Number == flow.Revision)
        {
            return FlowPlan.Compile(flow.ReadDefinition()).TryGet(out var draft, out var invalid) ? (draft, flow.Revision) : invalid;
        }

        if ((choice.Number ?? flow.PublishedRevision) is not { } number)
        {
            return FlowErrors.NotPublished;
        }

        return await flows.FindVersionAsync(flowId, number, cancellationToken) is null
            ? FlowErrors.VersionNotFound(number)
            : (await plans.GetAsync(flowId, number, null, cancellationToken), number);
    }
}
