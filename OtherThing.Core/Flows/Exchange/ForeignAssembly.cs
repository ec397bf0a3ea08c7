using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>A loop of another product that becomes a container.</summary>
/// <param name="Node">The node that loops.</param>
/// <param name="Body">The keys of the nodes that run again and again.</param>
/// <param name="Output">The output that leads into the body.</param>
internal sealed record ForeignLoop(ForeignNode Node, IReadOnlySet<string> Body, int Output);

/// <summary>Puts a document together from mapped nodes: every node a step, every link a connection.</summary>
internal sealed class ForeignAssembly(
    ImportSource source, ForeignGraph graph, Func<ForeignNode, ForeignStep> map, IReadOnlyList<ForeignLoop> loops)
{
    private readonly List<ImportRemark> _remarks = [];

    /// <summary>Adds retry and error settings to a step.</summary>
    public Func<ForeignNode, FlowStep, FlowStep> Policies { get; init; } = static (_, step) => step;

    /// <summary>The output that is taken on an error; null when it has none.</summary>
    public Func<ForeignNode, ForeignStep, int?> BranchOf { get; init; } = static (_, _) => null;

    public ImportedFlow Build(string name, string description, IReadOnlyList<FlowNote> notes)
    {
        foreach (var loop in loops.OrderByDescending(loop => loop.Body.Count))
        {
            foreach (var key in loop.Body)
            {
                graph.Find(key)!.Parent = loop.Node.Id; // the smallest body, which comes last, wins
            }
        }

        var mapped = graph.Nodes.ToDictionary(node => node.Key, map, StringComparer.Ordinal);
        var steps = new List<FlowStep>(graph.Nodes.Count);
        foreach (var node in graph.Nodes)
        {
            var step = mapped[node.Key];
            steps.Add(Policies(node, step.ToStep(node)));
            _remarks.AddRange(step.Remarks.Select(remark => new ImportRemark(node.Id, remark)));
            if (step.Type == StepCatalog.Placeholder)
            {
                _remarks.Add(new ImportRemark(node.Id, $"{step.Config["reason"]} It is kept as a placeholder with its settings ({node.Type})."));
            }
        }

        return new ImportedFlow(source, name, description, FlowDocument.Empty with
        {
            Steps = steps,
            Connections = Connect(mapped),
            Notes = notes,
        }, _remarks);
    }

    private List<FlowConnection> Connect(Dictionary<string, ForeignStep> mapped)
    {
        var connections = new List<FlowConnection>();
        var seen = new HashSet<(string, string, string)>();
        foreach (var link in graph.Links)
        {
            var (from, to) = (graph.Find(link.From)!, graph.Find(link.To)!);
            if (IsContainment(link))
            {
                continue;
            }

            var step = mapped[from.Key];
            var port = link.IsMain && link.Output == BranchOf(from, step)
                ? "error"
                : link.IsMain || step.Type != StepCatalog.Placeholder ? step.PortOf(link.Output) : link.Kind;
            if (seen.Add((from.Id, port, to.Id)))
            {
                connections.Add(new FlowConnection { From = from.Id, Port = port, To = to.Id });
            }
            else
            {
                _remarks.Add(new ImportRemark(to.Id, $"It was connected to {from.Name} more than once; here one connection is enough."));
            }
        }

        return connections;
    }

    /// <summary>Into the body and back to the loop: lying inside the container says the same.</summary>
    private bool IsContainment(ForeignLink link) => loops.Any(loop =>
        (link.From == loop.Node.Key && link.Output == loop.Output && loop.Body.Contains(link.To))
        || (link.To == loop.Node.Key && loop.Body.Contains(link.From)));
}
