using System.Text.Json;
using System.Text.RegularExpressions;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Tasks;

namespace OtherThing.Core.Runs;

/// <summary>Cards on the board for runs that failed: one for a run, however often it is asked for.</summary>
public sealed partial class FailedRunTasks(RunService runs, FlowVersionService versions, TaskService tasks, ITaskStore store, Door door)
{
    /// <summary>The label that such a card has.</summary>
    public const string Label = "failed run";

    // A card that was deleted stays so; the next one that is asked for is another.
    private const int MostCards = 20;
    private const int MostOfMessage = 4_000;

    /// <summary>The card that was made for a run (A21); null when there is none.</summary>
    public async Task<Result<TaskItem?>> FindAsync(Actor actor, Guid workspaceId, Guid runId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.TaskRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        for (var number = 1; number <= MostCards; number++)
        {
            var id = IdOf(runId, number);
            if (await store.FindAsync(workspaceId, id, deleted: false, cancellationToken) is { } task)
            {
                return task;
            }

            if (await store.FindAsync(workspaceId, id, deleted: true, cancellationToken) is null)
            {
                break;
            }
        }

        return Result<TaskItem?>.Success(null);
    }

    /// <summary>Makes the card of a failed run (A22), with the error, the step and the way to the run; a run that has one keeps it.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="runId">The run.</param>
    /// <param name="address">Where the run is shown, for the link in the description.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The card, or <c>run.not_found</c>, <c>run.not_failed</c> and what <see cref="TaskService.CreateAsync"/> refuses.</returns>
    public async Task<Result<TaskItem>> CreateAsync(Actor actor, Guid workspaceId, Guid runId, Uri address, CancellationToken cancellationToken)
    {
        if (!(await runs.GetAsync(actor, workspaceId, runId, cancellationToken, brief: true)).TryGet(out var detail, out var refusal))
        {
            return refusal;
        }

        if (detail.Run.Status != RunStatus.Failed)
        {
            return RunErrors.NotFailed;
        }

        var kept = await versions.GetAsync(actor, workspaceId, detail.Run.FlowId, detail.Run.FlowVersion, cancellationToken);
        var flow = kept.TryGet(out var version, out _) && FlowJson.Parse(version.Definition).TryGet(out var definition, out _) ? definition : null;
        for (var number = 1; number <= MostCards; number++)
        {
            var draft = Describe(detail, flow, address) with { Id = IdOf(runId, number) };
            var made = await tasks.CreateAsync(actor, workspaceId, draft, cancellationToken);
            if (made.Error?.Code == TaskErrors.FlowInvalid.Code)
            {
                made = await tasks.CreateAsync(actor, workspaceId, draft with { FlowId = null }, cancellationToken); // it was deleted since
            }

            if (!made.TryGet(out var task, out _) || task.DeletedAt is null)
            {
                return made;
            }
        }

        return TaskErrors.NotFound;
    }

    /// <summary>What the card of a failed run says.</summary>
    internal static TaskDraft Describe(RunDetail detail, FlowDocument? flow, Uri address)
    {
        var (run, error) = (detail.Run, detail.Run.Error is { } text ? JsonSerializer.Deserialize<StepError>(text, Json.Options) : null);
        var failed = detail.Steps.LastOrDefault(step => step.Path == error?.Path);
        var step = failed is null ? null : flow?.Steps.FirstOrDefault(each => each.Id == failed.StepId)?.CalledName ?? failed.StepId;
        var place = failed is null || failed.Path == failed.StepId ? "" : $" (`{failed.Path}`)";
        var message = TextCut.Words(error?.Message ?? "The run does not say why.", MostOfMessage);
        var fence = new string('`', Math.Max(3, Backticks().Matches(message).Select(ticks => ticks.Length + 1).DefaultIfEmpty().Max()));
        return new TaskDraft(
            TaskRules.Title.Cut(Breaks().Replace(step is null ? $"{run.FlowName} failed" : $"{run.FlowName} failed at {step}", " ")),
            $"""
            {(step is null ? "The run failed." : $"Failed at **{Escape(step)}**{place}{(failed!.Attempt > 1 ? $", attempt {failed.Attempt}" : "")}.")}

            {fence}
            {message}
            {fence}

            Error code: `{error?.Code ?? "none"}`

            [Open the run]({address.AbsoluteUri})
            """,
            Labels: [Label],
            FlowId: run.FlowId,
            RunId: run.Id);
    }

    private static Guid IdOf(Guid runId, int number) => StepRunner.IdOf(runId, "failure/card", number);

    private static string Escape(string text) => Marks().Replace(Breaks().Replace(text, " "), @"\$0");

    [GeneratedRegex("`+")]
    private static partial Regex Backticks();

    [GeneratedRegex(@"[\p{Cc}]+")]
    private static partial Regex Breaks();

    [GeneratedRegex(@"[\\`*_{}\[\]()#+\-.!|<>~^=$]")]
    private static partial Regex Marks();
}
