using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Runs.Grains;

/// <summary>What a repetition takes over of the run it repeats, instead of carrying it out again.</summary>
[GenerateSerializer, Immutable]
public sealed record TakeOver
{
    /// <summary>The step to start from: everything that is through and neither on nor behind it is taken over. Null with the others unset takes
    /// nothing.</summary>
    [Id(0)] public string? FromStep { get; init; }

    /// <summary>With <see cref="FromStep"/> a map at the top: its items that are through are taken over too, so that only the others run.</summary>
    [Id(1)] public bool FailedItemsOnly { get; init; }

    /// <summary>The path of a step whose fate was unknown: everything that is through is taken over, and the run goes on there.</summary>
    [Id(2)] public string? SettledPath { get; init; }

    /// <summary>With <see cref="SettledPath"/>: what that step put out, as JSON, because it did happen; null carries it out again.</summary>
    [Id(3)] public string? SettledOutput { get; init; }

    /// <summary>Who settled it.</summary>
    [Id(4)] public Guid? SettledBy { get; init; }
}

/// <summary>Chooses what is taken over. No I/O.</summary>
internal static class TakeOverRules
{
    /// <summary>The records a new machine is given as memory.</summary>
    /// <param name="plan">The plan of both runs.</param>
    /// <param name="steps">Every attempt of the earlier run, in the order they began.</param>
    /// <param name="what">What to take over.</param>
    public static IReadOnlyList<StepRun> Choose(FlowPlan plan, IReadOnlyList<StepRun> steps, TakeOver? what)
    {
        if (what is null or { FromStep: null, SettledPath: null })
        {
            return [];
        }

        var last = new Dictionary<string, StepRun>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            last[step.Path] = step;
        }

        var through = last.Values.Where(step => IsThrough(plan, step));
        if (what.SettledPath is { } settled)
        {
            return [.. through.Where(step => step.Path != settled), .. Settled(plan, last.GetValueOrDefault(settled), what)];
        }

        var again = plan.OnOrBehind(what.FromStep!);
        var items = what.FailedItemsOnly ? ItemsThrough(plan, last, what.FromStep!) : [];
        return [.. through.Where(step => !again.Contains(step.StepId) || items.Any(item => step.Path.StartsWith(item, StringComparison.Ordinal)))];
    }

    /// <summary>The items of a map at the top that did not come through; null when the step is no such map.</summary>
    public static int? FailedItems(FlowPlan plan, IReadOnlyList<StepRun> steps, string mapId)
    {
        if (MapAtTheTop(plan, mapId) is null)
        {
            return null;
        }

        var last = new Dictionary<string, StepRun>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            last[step.Path] = step;
        }

        return Items(last, mapId).Count - ItemsThrough(plan, last, mapId).Count;
    }

    /// <summary>True when the run went on after it: it succeeded, or it failed and its policy said to go on.</summary>
    private static bool IsThrough(FlowPlan plan, StepRun step) => step.Status switch
    {
        StepRunStatus.Succeeded => true,
        StepRunStatus.Failed or StepRunStatus.Unknown => plan.Find(step.StepId)?.Definition.OnError is OnError.Continue or OnError.Branch,
        _ => false,
    };

    private static IEnumerable<StepRun> Settled(FlowPlan plan, StepRun? step, TakeOver what)
    {
        if (step is not null && what.SettledOutput is { } output && plan.Find(step.StepId) is { } planned)
        {
            yield return step with
            {
                Status = StepRunStatus.Succeeded,
                Output = Json.Parse(output),
                Port = planned.Type.OwnPorts(planned.Definition)[0],
                Error = null,
                SettledBy = what.SettledBy,
            };
        }
    }

    private static PlanStep? MapAtTheTop(FlowPlan plan, string id) =>
        plan.Root.SlotById.TryGetValue(id, out var slot) && plan.Root.Steps[slot] is { Map: not null } map ? map : null;

    private static HashSet<string> Items(Dictionary<string, StepRun> last, string mapId) =>
        [.. last.Keys.Where(path => path.StartsWith(mapId + "[", StringComparison.Ordinal))
            .Select(path => path[..(path.IndexOf('/', StringComparison.Ordinal) + 1)])];

    /// <summary>The path prefixes of the items of which every step came to an end that the item went on after.</summary>
    private static HashSet<string> ItemsThrough(FlowPlan plan, Dictionary<string, StepRun> last, string mapId)
    {
        var inner = MapAtTheTop(plan, mapId)?.Inner?.Steps ?? [];
        return [.. Items(last, mapId).Where(item => inner.All(step =>
            last.TryGetValue(item + step.Definition.Id, out var ran) && (ran.Status == StepRunStatus.Skipped || IsThrough(plan, ran))))];
    }
}
