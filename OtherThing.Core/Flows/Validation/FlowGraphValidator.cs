using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Validation;

/// <summary>What only the whole graph can show: circles, empty containers.</summary>
internal static class FlowGraphValidator
{
    public static void Check(FlowDocument flow, Dictionary<string, FlowStep> steps, SayProblem problem)
    {
        var parents = flow.Steps.Select(step => step?.Parent).ToHashSet(StringComparer.Ordinal);
        foreach (var container in flow.Steps)
        {
            if (container is not null && StepCatalog.Find(container.Type) is { IsContainer: true } && !parents.Contains(container.Id))
            {
                problem(container.Id, "parent", "This holds no step yet: put at least one inside.");
            }
        }

        if (FindCircle(flow, steps) is { } circle)
        {
            problem(circle, "connections", $"{FlowValidator.Called(steps[circle])} leads back to itself. To repeat steps, put them into a While step.");
        }
    }

    /// <summary>Kahn's order: what never becomes free is on a circle or behind one.</summary>
    private static string? FindCircle(FlowDocument flow, Dictionary<string, FlowStep> steps)
    {
        var open = steps.Keys.ToDictionary(id => id, _ => 0, StringComparer.Ordinal);
        var next = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var connection in flow.Connections)
        {
            if (connection?.From is not null && connection.To is not null
                && open.ContainsKey(connection.From) && open.TryGetValue(connection.To, out var count))
            {
                open[connection.To] = count + 1;
                if (!next.TryGetValue(connection.From, out var list))
                {
                    next[connection.From] = list = [];
                }

                list.Add(connection.To);
            }
        }

        var free = new Queue<string>(open.Where(pair => pair.Value == 0).Select(pair => pair.Key));
        while (free.TryDequeue(out var id))
        {
            open.Remove(id);
            foreach (var to in next.GetValueOrDefault(id) ?? [])
            {
                if (--open[to] == 0)
                {
                    free.Enqueue(to);
                }
            }
        }

        return open.Count == 0 ? null : OnCircle(open, next);
    }

    /// <summary>Walks forward among what is left until a step comes twice: that one is on the circle itself.</summary>
    private static string OnCircle(Dictionary<string, int> left, Dictionary<string, List<string>> next)
    {
        var previous = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (from, tos) in next.Where(pair => left.ContainsKey(pair.Key)))
        {
            foreach (var to in tos.Where(left.ContainsKey))
            {
                previous[to] = from;
            }
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var at = left.Keys.First();
        while (seen.Add(at))
        {
            at = previous[at];
        }

        return at;
    }
}
