using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Web.Features.Flows.Graph;

/// <summary>Two versions of a flow in one picture: the newer one, with what the older one had besides laid where there is room.</summary>
/// <param name="Flow">What both have and what each has alone.</param>
/// <param name="States">The marks of the steps that were added, removed or changed, by id.</param>
/// <param name="Marks">The connections that were added or removed.</param>
internal sealed record FlowChanges(FlowDocument Flow, IReadOnlyDictionary<string, StepState> States, IReadOnlyDictionary<FlowConnection, string> Marks)
{
    private const double Gap = 24;

    public static FlowChanges Of(FlowComparison compared)
    {
        var removed =
            compared.Diff.Steps.Where(change => change.Kind == FlowChangeKind.Removed).Select(change => change.StepId).ToHashSet(StringComparer.Ordinal);
        var steps = compared.After.Steps.DistinctBy(step => step.Id).ToList();
        foreach (var gone in compared.Before.Steps.DistinctBy(step => step.Id).Where(step => removed.Contains(step.Id)))
        {
            steps.Add(gone with { Position = Free(steps, gone.Position) });
        }

        var marks = compared.Diff.Connections.ToDictionary(change => change.Connection, change => change.Kind.ToString().ToLowerInvariant());
        return new FlowChanges(
            compared.After with { Steps = steps, Connections = [.. compared.After.Connections.Union(marks.Keys)] },
            compared.Diff.Steps.ToDictionary(change => change.StepId, change => StepState.Mark(change.Kind), StringComparer.Ordinal),
            marks);
    }

    /// <summary>The place, or the next one below it where no card lies.</summary>
    private static FlowPosition Free(List<FlowStep> steps, FlowPosition place)
    {
        while (steps.Exists(step => Math.Abs(step.Position.X - place.X) < StepLook.Card.Width && Math.Abs(step.Position.Y - place.Y) < StepLook.Card.Height))
        {
            place = place with { Y = place.Y + StepLook.Card.Height + Gap };
        }

        return place;
    }
}
