using System.Globalization;
using OtherThing.Core.Flows;
using OtherThing.Core.Runs;

namespace OtherThing.Web.Features.Runs.Picture;

/// <summary>The order in which the attempts of a run read: as the flow does, a container's items one after the other, attempts by number.</summary>
internal sealed class StepOrder : IComparer<StepRun>
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _places;
    private int[] _sorted = [];

    /// <param name="flow">The flow that ran.</param>
    public StepOrder(FlowDocument flow)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (step, _) in ReadingOrder.Of(flow))
        {
            places.TryAdd(step.Id, places.Count);
        }

        _places = places.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The attempts in order. While no new one has come the order is the last one's, which is looked over and not made anew.</summary>
    public StepRun[] Sort(IReadOnlyList<StepRun> steps)
    {
        if (steps.Count == _sorted.Length)
        {
            var same = Array.ConvertAll(_sorted, at => steps[at]);
            if (Enumerable.Range(1, Math.Max(0, same.Length - 1)).All(at => Compare(same[at - 1], same[at]) <= 0))
            {
                return same;
            }
        }

        _sorted = [.. Enumerable.Range(0, steps.Count)];
        Array.Sort(_sorted, (one, other) => Compare(steps[one], steps[other]) is not 0 and var by ? by : one.CompareTo(other));
        return Array.ConvertAll(_sorted, at => steps[at]);
    }

    public int Compare(StepRun? x, StepRun? y)
    {
        var one = x!.Path.AsSpan();
        var other = y!.Path.AsSpan();
        while (true)
        {
            var here = Next(ref one);
            var there = Next(ref other);
            var by = PlaceOf(here.Id).CompareTo(PlaceOf(there.Id));
            by = by != 0 ? by : here.Id.CompareTo(there.Id, StringComparison.Ordinal);
            by = by != 0 ? by : here.Index.CompareTo(there.Index);
            // A container stands before what is in it.
            by = by != 0 ? by : (one.Length > 0).CompareTo(other.Length > 0);
            if (by != 0 || one.Length == 0)
            {
                return by != 0 ? by : x.Attempt.CompareTo(y.Attempt);
            }
        }
    }

    private int PlaceOf(ReadOnlySpan<char> id) => _places.TryGetValue(id, out var place) ? place : int.MaxValue;

    /// <summary>Takes the first part of a path: <c>each[3]/ask</c> gives <c>each</c> and 3, and <c>ask</c> is left. A step without an item is before
    /// its items.</summary>
    private static PathPart Next(ref ReadOnlySpan<char> path)
    {
        var slash = path.IndexOf('/');
        var part = slash < 0 ? path : path[..slash];
        path = slash < 0 ? [] : path[(slash + 1)..];
        var bracket = part.IndexOf('[');
        return bracket > 0 && int.TryParse(part[(bracket + 1)..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new PathPart(part[..bracket], index)
            : new PathPart(part, -1);
    }

    private readonly ref struct PathPart(ReadOnlySpan<char> id, int index)
    {
        public ReadOnlySpan<char> Id { get; } = id;

        public int Index { get; } = index;
    }
}
