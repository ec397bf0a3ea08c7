using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Usage;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows;

namespace OtherThing.Web.Features.Runs.Picture;

/// <summary>How one step of a flow stands in a run, over all its attempts and items: what its card shows.</summary>
public sealed record StepState(
    string Status, double? Milliseconds, int Attempt, string? Items, string? Cost, string? Error, string? Text, string? Port)
{
    /// <summary>Since when the attempt at work is (UTC); null when none is.</summary>
    [JsonIgnore]
    public DateTime? Since { get; init; }

    /// <summary>The state in one line, as the canvas says it: <c>Succeeded · 1.2 s · attempt 2 · 3 of 10 · $0.01</c>.</summary>
    [JsonIgnore]
    public string Line => string.Join(" · ", new[]
    {
        StepLook.StateWord(Status),
        Milliseconds is { } took ? Duration.Say(TimeSpan.FromMilliseconds(took)) : null, Attempt > 1 ? $"attempt {Attempt}" : null, Items, Cost, Error,
    }.Where(part => !string.IsNullOrEmpty(part)));

    /// <summary>The mark of a step that differs between two versions.</summary>
    public static StepState Mark(FlowChangeKind kind) => new(kind.ToString().ToLowerInvariant(), null, 1, null, null, null, null, null);

    /// <summary>The states by step id.</summary>
    /// <param name="steps">Every attempt, in the order they began.</param>
    /// <param name="textOf">What a path has said while at work.</param>
    /// <param name="flow">The flow that ran: a container says how far its items are by what is in it.</param>
    public static Dictionary<string, StepState> Of(IReadOnlyList<StepRun> steps, Func<string, string> textOf, FlowDocument? flow = null)
    {
        var states = steps.GroupBy(step => step.StepId, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => Sum([.. group], textOf), StringComparer.Ordinal);
        foreach (var child in flow?.Steps ?? [])
        {
            if (child.Parent is { } parent
                && states.TryGetValue(parent, out var outer)
                && outer.Items is null
                && states.GetValueOrDefault(child.Id)?.Items is { } items)
            {
                states[parent] = outer with { Items = items };
            }
        }

        return states;
    }

    private static StepState Sum(IReadOnlyList<StepRun> attempts, Func<string, string> textOf)
    {
        // The last attempt of each path counts; a step in a map has a path per item.
        var last = attempts.GroupBy(step => step.Path, StringComparer.Ordinal).Select(group => group.MaxBy(step => step.Attempt)!).ToList();
        var worst = last.MaxBy(step => Weight(step.Status))!;
        var ended = last.Where(step => step.Status.IsFinal()).ToList();
        var cost = OtherThing.Core.Usage.Cost.Sum(attempts.Where(step => step.Usage is not null).Select(step => step.Usage!.Cost));
        return new StepState(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(worst.Status.ToString()),
            ended.Count > 0 && ended.Count == last.Count && ended.Any(step => step.FinishedAt is not null)
                ? (ended.Max(step => step.FinishedAt ?? step.StartedAt) - last.Min(step => step.StartedAt)).TotalMilliseconds
                : null,
            last.Max(step => step.Attempt),
            last.Count > 1 ? $"{ended.Count} of {last.Count}" : null,
            cost.Kind == CostKind.Free ? null : cost.ToString(),
            worst.Error?.Message,
            worst.Status == StepRunStatus.Running && textOf(worst.Path) is { Length: > 0 } text ? TextCut.Tail(text, 120) : null,
            worst.Port)
        {
            Since = worst.Status == StepRunStatus.Running ? worst.StartedAt : null,
        };
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
