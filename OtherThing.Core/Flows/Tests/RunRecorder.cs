using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Core.Steps;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Flows.Tests;

/// <summary>What a run did, as a test can play it again: its input, what its steps with an effect answered, and how it ended.</summary>
public sealed class RunRecorder(IRunStore runs, IWorkspaceStore workspaces, FlowPlans plans)
{
    /// <summary>Reads a run of a flow.</summary>
    /// <returns>The content of a test, or <c>run.not_found</c>, <c>test.run_unfit</c>.</returns>
    public async Task<Result<SavedTestContent>> RecordAsync(Guid workspaceId, Guid flowId, Guid runId, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(workspaceId, runId, cancellationToken) is not { } run || run.FlowId != flowId)
        {
            return RunErrors.NotFound;
        }

        return Unfit(run) is { } reason ? SavedTestErrors.RunUnfit(reason) : await ContentOfAsync(run, cancellationToken);
    }

    private static string? Unfit(Run run) =>
        run.Status is not (RunStatus.Succeeded or RunStatus.Failed) ? "Only a run that has succeeded or failed can be saved as a test."
        : run.OnlyStep is not null ? "This run was of one step alone; save a run of the whole flow."
        : null;

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
                Output = run.Output?.Read(),
                ErrorCode = error?.Code,
            },
            Run = facts.Run,
            Workspace = facts.Workspace,
            StartedAt = run.CreatedAt,
            Givens = facts.Givens,
        };
    }
}
