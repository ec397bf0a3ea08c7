namespace OtherThing.Core.Flows;

/// <summary>
/// The order in which a flow reads: nothing before what leads to it, and beyond that from left to right and from top to bottom.
/// </summary>
public static class ReadingOrder
{
    // Cards this near to one another, in canvas pixels, are in one column.
    private const double Column = 120;

    /// <summary>The steps in reading order, each container's steps right behind it.</summary>
    /// <param name="definition">Any document; steps whose container is missing are left out.</param>
    /// <returns>Each step and how many containers it is in, 0 at the top.</returns>
    public static IReadOnlyList<(FlowStep Step, int Depth)> Of(FlowDocument definition)
    {
        var inside = definition.Steps.ToLookup(step => step.Parent, StringComparer.Ordinal);
        List<(FlowStep, int)> ordered = [];
        Add(null, 0);
        return ordered;

        void Add(string? parent, int depth)
        {
            foreach (var step in Sort([.. inside[parent]], definition.Connections))
            {
                ordered.Add((step, depth));
                if (depth < FlowLimits.ContainerDepth)
                {
                    Add(step.Id, depth + 1);
                }
            }
        }
    }

    /// <summary>A step's place is its own, or that of the last step before it when it lies further left.</summary>
    private static IEnumerable<FlowStep> Sort(IReadOnlyList<FlowStep> steps, IReadOnlyList<FlowConnection> connections)
    {
        if (steps.Count < 2)
        {
            return steps;
        }

        var places = steps.OrderBy(step => Math.Floor(step.Position.X / Column + 0.5)).ThenBy(step => step.Position.Y).DistinctBy(step => step.Id)
            .Select((step, place) => (step.Id, place)).ToDictionary(pair => pair.Id, pair => pair.place, StringComparer.Ordinal);
        var own = connections.Where(each => each.From != each.To && places.ContainsKey(each.From) && places.ContainsKey(each.To)).ToList();
        var next = own.ToLookup(each => each.From, each => each.To, StringComparer.Ordinal);
        var waiting = own.GroupBy(each => each.To, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var reached = new Dictionary<string, (int Place, int Turn)>(StringComparer.Ordinal);
        var latest = new Dictionary<string, int>(places, StringComparer.Ordinal);
        var open = new Queue<string>(places.Where(pair => !waiting.ContainsKey(pair.Key)).OrderBy(pair => pair.Value).Select(pair => pair.Key));
        while (open.TryDequeue(out var id))
        {
            reached[id] = (latest[id], reached.Count);
            foreach (var follower in next[id].OrderBy(follower => places[follower]))
            {
                latest[follower] = Math.Max(latest[follower], latest[id]);
                if (--waiting[follower] == 0)
                {
                    open.Enqueue(follower);
                }
            }
        }

        // What is in a circle has no beginning; it stays where it lies.
        return steps.OrderBy(step => reached.TryGetValue(step.Id, out var at) ? at : (places[step.Id], int.MaxValue));
    }
}
