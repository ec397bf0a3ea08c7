using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Usage;

namespace OtherThing.Web.Features.Runs;

/// <summary>How one step of a flow stands in a run, over all its attempts and items: what its card shows.</summary>
public sealed record StepState(
    string Status, double? Milliseconds, int Attempt, string? Items, string? Cost, string? Error, string? Text, string? Port)
{
    /// <summary>The states by step id.</summary>
    /// <param name="steps">Every attempt, in the order they began.</param>
    /// <param name="textOf">What a path has said while at work.</param>
    public static Dictionary<string, StepState> Of(IReadOnlyList<StepRun> steps, Func<string, string> textOf) => steps
        .GroupBy(step => step.StepId, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => Sum([.. group], textOf), StringComparer.Ordinal);

    private static StepState Sum(IReadOnlyList<StepRun> attempts, Func<string, string> textOf)
    {
        // The last attempt of each path counts; a step in a map has a path per item.
        var last = attempts.GroupBy(step => step.Path, StringComparer.Ordinal).Select(group => group.MaxBy(step => step.Attempt)!).ToList();
        var worst = last.MaxBy(step => Weight(step.Status))!;
        var ended = last.Where(step => step.Status.IsFinal()).ToList();
        var units = attempts.Sum(step => step.Usage?.CostUnits ?? 0);
        return new StepState(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(worst.Status.ToString()),
            ended.Count > 0 && ended.Count == last.Count && ended.Any(step => step.FinishedAt is not null)
                ? (ended.Max(step => step.FinishedAt ?? step.StartedAt) - last.Min(step => step.StartedAt)).TotalMilliseconds
                : null,
            last.Max(step => step.Attempt),
            last.Count > 1 ? $"{ended.Count} of {last.Count}" : null,
            units > 0 ? new Money(units).ToString() : null,
            worst.Error?.Message,
            worst.Status == StepRunStatus.Running && textOf(worst.Path) is { Length: > 0 } text ? TextCut.Tail(text, 120) : null,
            worst.Port);
    }

    private static int Weight(StepRunStatus status) => status switch
    {
        StepRunStatus.Running => 6,
        StepRunStatus.Waiting => 5,
        StepRunStatus.Failed => 4,
        StepRunStatus.Unknown => 3,
        StepRunStatus.Cancelled => 2,
        StepRunStatus.Succeeded => 1,
        _ => 0,
    };
}
