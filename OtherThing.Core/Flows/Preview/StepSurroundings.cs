using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Preview;

/// <summary>What a step can see of its flow: the steps that come before it at its level and around it, its containers.</summary>
internal sealed class StepSurroundings
{
    private readonly List<FlowStep> _before = [];
    private readonly List<FlowStep> _containers = [];

    public StepSurroundings(FlowDocument flow, string stepId)
    {
        var steps = new Dictionary<string, FlowStep>(StringComparer.Ordinal);
        foreach (var step in flow.Steps)
        {
            steps.TryAdd(step.Id, step);
        }

        var into = flow.Connections.ToLookup(connection => connection.To, connection => connection.From, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var at = steps.GetValueOrDefault(stepId);
        if (at is not null && StepCatalog.Find(at.Type) is { IsContainer: true })
        {
            _containers.Add(at); // its own condition sees the iteration
        }

        for (var depth = 0; at is not null && depth <= FlowLimits.ContainerDepth; depth++)
        {
            Walk(at.Id, steps, into, seen);
            at = at.Parent is { } parent ? steps.GetValueOrDefault(parent) : null;
            if (at is not null)
            {
                _containers.Add(at);
            }
        }
    }

    /// <summary>The steps whose output it can read, nearest first.</summary>
    public IReadOnlyList<FlowStep> Before => _before;

    /// <summary>The map nearest around it.</summary>
    public FlowStep? Map(string stepId) => _containers.FirstOrDefault(step => step.Type == "logic.map" && step.Id != stepId);

    /// <summary>The loop nearest around it, or itself.</summary>
    public FlowStep? Loop => _containers.FirstOrDefault(step => step.Type == "logic.loop");

    private void Walk(string from, Dictionary<string, FlowStep> steps, ILookup<string, string> into, HashSet<string> seen)
    {
        var open = new Queue<string>(into[from]);
        while (open.TryDequeue(out var id))
        {
            if (id == from || !seen.Add(id) || !steps.TryGetValue(id, out var step))
            {
                continue;
            }

            _before.Add(step);
            foreach (var earlier in into[id])
            {
                open.Enqueue(earlier);
            }
        }
    }
}
