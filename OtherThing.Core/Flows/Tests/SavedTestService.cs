using System.Text.Json;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Steps;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Flows.Tests;

/// <summary>What changes of a test; null leaves it.</summary>
public sealed record SavedTestUpdate(
    string? Name = null, JsonElement? Input = null, IReadOnlyDictionary<string, StepAnswer>? Answers = null, TestExpectation? Expected = null);

/// <summary>Tests of flows: saved from runs, edited, and run offline.</summary>
public sealed partial class SavedTestService(
    ISavedTestStore tests, IFlowStore flows, IRunStore runs, IWorkspaceStore workspaces, FlowPlans plans,
    RunOptions options, Door door, AuditLog audit, ILiveFeed feed, TimeProvider clock, ILogger<SavedTestService> logger)
{
    /// <summary>The most tests of one flow.</summary>
    public const int MostPerFlow = 200;

    /// <summary>The tests of a flow, oldest first (A27).</summary>
    /// <returns>The page, or <c>flow.not_found</c>.</returns>
    public async Task<Result<Page<SavedTestSummary>>> ListAsync(
        Actor actor, Guid workspaceId, Guid flowId, PageRequest page, CancellationToken cancellationToken) =>
        (await EnterAsync(actor, workspaceId, flowId, Operations.FlowRead, cancellationToken)).Error is { } refusal
            ? refusal
            : await tests.ListAsync(workspaceId, flowId, page, cancellationToken);

    /// <summary>One test with what it does (A27).</summary>
    /// <returns>The test, or <c>flow.not_found</c>, <c>test.not_found</c>.</returns>
    public async Task<Result<SavedTest>> GetAsync(Actor actor, Guid workspaceId, Guid flowId, Guid testId, CancellationToken cancellationToken)
    {
        if ((await EnterAsync(actor, workspaceId, flowId, Operations.FlowRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await tests.FindAsync(workspaceId, flowId, testId, cancellationToken) is { } test ? test : SavedTestErrors.NotFound;
    }

    /// <summary>
    /// Saves a run as a test (A28): its input, what its steps with an effect put out as their answers, and how it ended as what is expected.
    /// </summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow, whose run it is.</param>
    /// <param name="runId">The run; it has succeeded or failed.</param>
    /// <param name="name">What to call the test; null names it by the run's day.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The test, or <c>flow.not_found</c>, <c>run.not_found</c>, <c>test.run_unfit</c>, <c>test.name_invalid</c>, <c>test.too_large</c>, <c>test.too_many</c>.</returns>
    public async Task<Result<SavedTest>> SaveRunAsync(
        Actor actor, Guid workspaceId, Guid flowId, Guid runId, string? name, CancellationToken cancellationToken)
    {
        var entered = await EnterAsync(actor, workspaceId, flowId, Operations.FlowEdit, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await runs.FindAsync(workspaceId, runId, cancellationToken) is not { } run || run.FlowId != flowId)
        {
            return RunErrors.NotFound;
        }

        if (Unfit(run) is { } reason)
        {
            return SavedTestErrors.RunUnfit(reason);
        }

        name ??= FormattableString.Invariant($"Run of {run.CreatedAt:yyyy-MM-dd HH:mm}");
        var content = await ContentOfAsync(run, cancellationToken);
        if (Check(name, content) is { } invalid)
        {
            return invalid;
        }

        var test = new SavedTest(workspaceId, flowId, name.Trim(), content, runId, entry.UserId, clock.GetUtcNow().UtcDateTime);
        if (!await tests.TryAddAsync(test, MostPerFlow, cancellationToken))
        {
            return SavedTestErrors.TooMany;
        }

        LogSaved(test.Id, runId, flowId);
        await audit.AppendAsync(actor, workspaceId, Operations.FlowEdit, $"test:{test.Id}", $"'{test.Name}' of flow:{flowId}", "test.create");
        feed.Publish(Topic.Workspace(workspaceId), new FlowTestsChanged());
        return test;
    }

    /// <summary>Renames a test or changes its input, answers or expectation (A28).</summary>
    /// <returns>The test, or <c>flow.not_found</c>, <c>test.not_found</c>, <c>test.name_invalid</c>, <c>test.expected_invalid</c>, <c>test.answer_invalid</c>, <c>test.too_large</c>.</returns>
    public async Task<Result<SavedTest>> UpdateAsync(
        Actor actor, Guid workspaceId, Guid flowId, Guid testId, SavedTestUpdate change, CancellationToken cancellationToken)
    {
        if ((await EnterAsync(actor, workspaceId, flowId, Operations.FlowEdit, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (await tests.FindAsync(workspaceId, flowId, testId, cancellationToken) is not { } test)
        {
            return SavedTestErrors.NotFound;
        }

        var content = test.ReadContent();
        content = content with
        {
            Input = change.Input ?? content.Input,
            Answers = change.Answers ?? content.Answers,
            Expected = change.Expected ?? content.Expected,
        };
        if (Check(change.Name ?? test.Name, content) is { } invalid)
        {
            return invalid;
        }

        test.Change(change.Name?.Trim(), content, clock.GetUtcNow().UtcDateTime);
        if (!await tests.TrySaveAsync(test, cancellationToken))
        {
            return SavedTestErrors.NotFound;
        }

        await audit.AppendAsync(actor, workspaceId, Operations.FlowEdit, $"test:{testId}", $"'{test.Name}' of flow:{flowId}", "test.edit");

        feed.Publish(Topic.Workspace(workspaceId), new FlowTestsChanged());
        return test;
    }

    /// <summary>Deletes a test (A28).</summary>
    /// <returns>Null, or <c>flow.not_found</c>, <c>test.not_found</c>.</returns>
    public async Task<Error?> DeleteAsync(Actor actor, Guid workspaceId, Guid flowId, Guid testId, CancellationToken cancellationToken)
    {
        if ((await EnterAsync(actor, workspaceId, flowId, Operations.FlowEdit, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (!await tests.DeleteAsync(workspaceId, flowId, testId, cancellationToken))
        {
            return SavedTestErrors.NotFound;
        }

        await audit.AppendAsync(actor, workspaceId, Operations.FlowEdit, $"test:{testId}", $"of flow:{flowId}", "test.delete");

        feed.Publish(Topic.Workspace(workspaceId), new FlowTestsChanged());
        return null;
    }

    /// <summary>Runs tests offline (A37): nothing is written, nothing leaves the server, nothing is charged.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow.</param>
    /// <param name="testIds">Which tests; null runs all.</param>
    /// <param name="version">The version to test.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Test by test, or <c>flow.not_found</c>, <c>flow.version_not_found</c>, <c>flow.not_published</c>, <c>flow.invalid</c>, <c>test.not_found</c>.</returns>
    public async Task<Result<SavedTestReport>> RunAsync(
        Actor actor, Guid workspaceId, Guid flowId, IReadOnlyList<Guid>? testIds, FlowVersionChoice version, CancellationToken cancellationToken)
    {
        if ((await EnterAsync(actor, workspaceId, flowId, Operations.RunStart, cancellationToken)).Error is { } refusal)
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

    private static string? Unfit(Run run) =>
        run.Status is not (RunStatus.Succeeded or RunStatus.Failed) ? "Only a run that has succeeded or failed can be saved as a test."
        : run.OnlyStep is not null ? "This run was of one step alone; save a run of the whole flow."
        : null;

    private static Error? Check(string name, SavedTestContent content)
    {
        if (SavedTest.NameLimit.Line(name) is null)
        {
            return SavedTestErrors.NameInvalid;
        }

        if (content.Expected.Status is not (RunStatus.Succeeded or RunStatus.Failed))
        {
            return SavedTestErrors.ExpectedInvalid;
        }

        foreach (var (path, answer) in content.Answers)
        {
            var wrong = answer is null
                || (answer.Status != StepRunStatus.Succeeded && answer is not { Status: StepRunStatus.Failed or StepRunStatus.Unknown, Error: not null })
                || answer.Port is null;
            if (wrong)
            {
                return SavedTestErrors.AnswerInvalid(path);
            }
        }

        return JsonSerializer.Serialize(content, Json.Options).Length > SavedTest.MaxCharacters ? SavedTestErrors.TooLarge : null;
    }

    private async Task<SavedTestContent> ContentOfAsync(Run run, CancellationToken cancellationToken)
    {
        var steps = RunHistory.Fold(await runs.ReadJournalAsync(run.Id, 0, cancellationToken));
        var answers = new Dictionary<string, StepAnswer>(StringComparer.Ordinal);
        foreach (var step in steps.Where(step => StepCatalog.Find(step.Type) is { IsInline: false }))
        {
            // The last attempt counts; what was cancelled or skipped answered nothing.
            if (step.Status is StepRunStatus.Succeeded or StepRunStatus.Failed or StepRunStatus.Unknown)
            {
                answers[step.Path] = new StepAnswer { Status = step.Status, Output = step.Output, Port = step.Port ?? "out", Error = step.Error };
            }
        }

        var facts = await new RunFactsReader(workspaces).ReadAsync(run, await plans.GetAsync(run.FlowId, run.FlowVersion, null, cancellationToken));
        var error = run.Error is { } text ? JsonSerializer.Deserialize<StepError>(text, Json.Options) : null;
        return new SavedTestContent
        {
            Input = facts.Input,
            TriggerStepId = run.TriggerStepId,
            Answers = answers,
            Expected = new TestExpectation
            {
                Status = run.Status,
                Output = run.Output is { } output ? Json.Parse(output) : null,
                ErrorCode = error?.Code,
            },
            Run = facts.Run,
            Workspace = facts.Workspace,
            StartedAt = run.CreatedAt,
            Givens = facts.Givens,
        };
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

    private async Task<Result<Entry>> EnterAsync(
        Actor actor, Guid workspaceId, Guid flowId, Operation operation, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, operation, cancellationToken);
        return entered.Error is null && await flows.FindHeadAsync(workspaceId, flowId, cancellationToken) is null ? FlowErrors.NotFound : entered;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Test {TestId} saved from run {RunId} of flow {FlowId}")]
    private partial void LogSaved(Guid testId, Guid runId, Guid flowId);
}
