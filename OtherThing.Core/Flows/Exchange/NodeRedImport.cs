using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>Reads flows of Node-RED: every node on a tab becomes a step, what has no match a placeholder that keeps its settings.</summary>
internal static class NodeRedImport
{
    private static readonly HashSet<string> s_frames = ["tab", "subflow", "group", "comment"];

    public static Result<ImportedFlow> Read(JsonElement flows)
    {
        var all = flows.List();
        if (all.Count > FlowLimits.Steps * 2)
        {
            return new Error(ErrorKind.TooLarge, "flow.too_large", $"A flow takes up to {FlowLimits.Steps:N0} steps; this has {all.Count:N0} nodes.");
        }

        for (var i = 0; i < all.Count; i++)
        {
            if (all[i].Text("id") is not { Length: > 0 } || all[i].Text("type") is not { Length: > 0 and <= 200 })
            {
                return Error.Invalid("flow.malformed", $"flow[{i}]", "A node of Node-RED has an id and a type.");
            }
        }

        var tabs = all.Where(node => node.Text("type") is "tab" or "subflow").ToList();
        var tops = Tops(all, tabs);
        var nodes = all.Where(IsStep).DistinctBy(node => node.Text("id")).Select(node => Step(node, tops)).ToList();
        var notes = all.Where(node => node.Text("type") == "comment").Select((node, at) => Note(node, at, tops)).ToList();
        if (tabs.Count > 1)
        {
            notes.AddRange(tabs.Select((tab, at) => new FlowNote
            {
                Id = $"tab_{at + 1}",
                Text = Limit(tab.Text("label") ?? tab.Text("name") ?? "Tab"),
                Width = 320,
                Height = 64,
                Position = new FlowPosition(0, tops.GetValueOrDefault(tab.Text("id")!) - 96),
            }));
        }

        var graph = new ForeignGraph(nodes, all.SelectMany(Links));
        var mapper = new NodeRedSteps(graph);
        var built = new ForeignAssembly(ImportSource.NodeRed, graph, mapper.Map, []).Build(
            tabs is [var only, ..] ? only.Text("label") ?? only.Text("name") ?? "" : "", tabs is [var first] ? first.Text("info") ?? "" : "", notes);
        var settings = all.Where(node => !IsStep(node) && !s_frames.Contains(node.Text("type")!)).ToList();
        return settings.Count == 0 ? built : built with
        {
            Remarks =
                [.. built.Remarks,
                    new ImportRemark(
                        null,
                        $"Left out, being settings and no steps: "
                            + $"{string.Join(", ", settings.Take(20).Select(node => $"{node.Text("name") ?? node.Text("id")} ({node.Text("type")})"))}.")],
        };
    }

    /// <summary>A node with a place or wires; others are settings that nodes share.</summary>
    private static bool IsStep(JsonElement node) =>
        !s_frames.Contains(node.Text("type")!)
        && (node.Get("wires").ValueKind == JsonValueKind.Array || (node.Number("x") is not null && node.Text("z") is not null));

    private static ForeignNode Step(JsonElement node, Dictionary<string, double> tops)
    {
        var (id, type) = (node.Text("id")!, node.Text("type")!);
        var name = node.Text("name") is { Length: > 0 } named ? named : type;
        return new ForeignNode(id, name, type, node, node, Place(node, tops)) { Disabled = node.Flag("d") };
    }

    private static FlowNote Note(JsonElement node, int at, Dictionary<string, double> tops) => new()
    {
        Id = $"note_{at + 1}",
        Text = Limit(string.Join("\n\n", new[] { node.Text("name"), node.Text("info") }.Where(text => !string.IsNullOrEmpty(text)))),
        Position = Place(node, tops),
    };

    private static string Limit(string text) => text.Length > 20_000 ? text[..20_000] : text;

    private static FlowPosition Place(JsonElement node, Dictionary<string, double> tops)
    {
        var place = ForeignGraph.Place(node.Number("x") ?? 0, node.Number("y") ?? 0, 1.75, 2);
        return place with { Y = place.Y + tops.GetValueOrDefault(node.Text("z") ?? "") };
    }

    /// <summary>Tabs lie under one another.</summary>
    private static Dictionary<string, double> Tops(IReadOnlyList<JsonElement> all, IReadOnlyList<JsonElement> tabs)
    {
        var tops = new Dictionary<string, double>(StringComparer.Ordinal);
        var top = 0.0;
        foreach (var id in tabs.Select(tab => tab.Text("id")!).Distinct())
        {
            tops[id] = top;
            top += all.Where(node => node.Text("z") == id).Select(node => ForeignGraph.Place(0, node.Number("y") ?? 0, 1, 2).Y).DefaultIfEmpty(0).Max() + 256;
            top = Math.Min(top, 800_000);
        }

        return tops;
    }

    /// <summary><c>wires</c> by output; links of link nodes are wires too.</summary>
    private static IEnumerable<ForeignLink> Links(JsonElement node)
    {
        var wires = node.List("wires");
        for (var output = 0; output < wires.Count; output++)
        {
            foreach (var to in wires[output].List().Select(each => each.AsText()).OfType<string>())
            {
                yield return new ForeignLink(node.Text("id")!, "main", output, to, 0);
            }
        }

        foreach (var to in node.Text("type") == "link out" ? node.List("links").Select(each => each.AsText()).OfType<string>() : [])
        {
            yield return new ForeignLink(node.Text("id")!, "main", 0, to, 0);
        }
    }
}
