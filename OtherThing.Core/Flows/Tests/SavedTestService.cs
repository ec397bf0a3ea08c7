using System.Text.Json;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;

namespace OtherThing.Core.Flows.Tests;

/// <summary>What changes of a test; null leaves it.</summary>
public sealed record SavedTestUpdate(
    string? Name = null, JsonElement? Input = null, IReadOnlyDictionary<string, StepAnswer>? Answers = null, TestExpectation? Expected = null);

/// <summary>Tests of flows: saved from runs, edited, deleted. <see cref="SavedTestRuns"/> runs them.</summary>
public sealed partial class SavedTestService(
    ISavedTestStore tests, IFlowStore flows, RunRecorder recorder, Door door, AuditLog audit, ILiveFeed feed, TimeProvider clock,
    ILogger<SavedTestService> logger)
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
    /// <returns>The test, or <c>flow.not_found</c>, <c>run.not_found</c>, <c>test.run_unfit</c>, <c>test.name_invalid</c>, <c>test.too_large</c>,
    /// <c>test.too_many</c>.</returns>
    public async Task<Result<SavedTest>> SaveRunAsync(
        Actor actor, Guid workspaceId, Guid flowId, Guid runId, string? name, CancellationToken cancellationToken)
    {
        var entered = await EnterAsync(actor, workspaceId, flowId, Operations.FlowEdit, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        var recorded = await recorder.RecordAsync(workspaceId, flowId, runId, cancellationToken);
        if (!recorded.TryGet(out var content, out refusal))
        {
            return refusal;
        }

        name ??= FormattableString.Invariant($"Run of {content.StartedAt:yyyy-MM-dd HH:mm}");
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
    /// <returns>The test, or <c>flow.not_found</c>, <c>test.not_found</c>, <c>test.name_invalid</c>, <c>test.expected_invalid</c>,
    /// <c>test.answer_invalid</c>, <c>test.too_large</c>.</returns>
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

    private async Task<Result<Entry>> EnterAsync(
        Actor actor, Guid workspaceId, Guid flowId, Operation operation, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, operation, cancellationToken);
        return entered.Error is null && await flows.FindHeadAsync(workspaceId, flowId, cancellationToken) is null ? FlowErrors.NotFound : entered;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Test {TestId} saved from run {RunId} of flow {FlowId}")]
    private partial void LogSaved(Guid testId, Guid runId, Guid flowId);
}
