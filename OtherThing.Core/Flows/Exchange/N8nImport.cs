using System.Globalization;
using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>Reads a workflow of n8n: every node becomes a step, what has no match a placeholder that keeps its settings.</summary>
internal static class N8nImport
{
    public static Result<ImportedFlow> Read(JsonElement workflow)
    {
        var nodes = new List<ForeignNode>();
        var notes = new List<FlowNote>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var twice = new List<string>();
        foreach (var node in workflow.List("nodes"))
        {
            if (node.Text("name") is not { Length: > 0 } name || node.Text("type") is not { Length: > 0 and <= 200 } type)
            {
                return Error.Invalid("flow.malformed", $"nodes[{nodes.Count + notes.Count}]", "A node of n8n has a name and a type.");
            }

            var place = node.List("position");
            var position = place is [{ ValueKind: JsonValueKind.Number } x, { ValueKind: JsonValueKind.Number } y]
                ? ForeignGraph.Place(x.GetDouble(), y.GetDouble(), 1.5, 1.25)
                : default;
            if (type.EndsWith(".stickyNote", StringComparison.Ordinal))
            {
                notes.Add(Note(node.Get("parameters"), position, notes.Count));
            }
            else
            {
                // Connections go by name: those of a name that stands twice are the first one's.
                var key = name;
                for (var number = 2; !keys.Add(key); number++)
                {
                    key = string.Create(CultureInfo.InvariantCulture, $"{name}\n{number}");
                }

                if (key != name)
                {
                    twice.Add(name);
                }

                nodes.Add(new ForeignNode(key, name, type, node, node.Get("parameters"), position) { Disabled = node.Flag("disabled") });
            }
        }

        if (nodes.Count + notes.Count > FlowLimits.Steps)
        {
            return new Error(ErrorKind.TooLarge, "flow.too_large", $"A flow takes up to {FlowLimits.Steps:N0} steps; this has {nodes.Count:N0}.");
        }

        var graph = new ForeignGraph(nodes, Links(workflow.Get("connections")));
        var mapper = new N8nSteps(graph, workflow.Get("settings").Text("timezone"));
        var built = new ForeignAssembly(ImportSource.N8n, graph, mapper.Map, mapper.Loops)
        {
            Policies = Policies,
            BranchOf = BranchOf,
        }.Build(workflow.Text("name") ?? "", "", notes);
        return twice.Count == 0 ? built : built with
        {
            Remarks =
                [.. built.Remarks,
                    new ImportRemark(
                        null,
                        $"Several nodes are called {string.Join(", ", twice.Distinct().Take(20))}; their connections are on the first of each name. Look at "
                            + "what the others were connected to.")],
        };
    }

    /// <summary><c>{"From":{"main":[[{"node":"To","type":"main","index":0}]]}}</c></summary>
    private static IEnumerable<ForeignLink> Links(JsonElement connections)
    {
        if (connections.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var from in connections.EnumerateObject())
        {
            foreach (var kind in from.Value.ValueKind == JsonValueKind.Object ? from.Value.EnumerateObject().ToArray() : [])
            {
                var outputs = kind.Value.List();
                for (var output = 0; output < outputs.Count; output++)
                {
                    foreach (var target in outputs[output].List())
                    {
                        if (target.Text("node") is { } to)
                        {
                            yield return new ForeignLink(from.Name, kind.Name, output, to, (int)Math.Clamp(target.Number("index") ?? 0, 0, 1000));
                        }
                    }
                }
            }
        }
    }

    private static FlowNote Note(JsonElement settings, FlowPosition position, int number)
    {
        var text = settings.Text("content") ?? "";
        return new FlowNote
        {
            Id = $"note_{number + 1}",
            Text = text.Length > 20_000 ? text[..20_000] : text,
            Position = position,
            Width = Math.Clamp((settings.Number("width") ?? 160) * 1.5, 96, 9_000),
            Height = Math.Clamp((settings.Number("height") ?? 96) * 1.25, 64, 9_000),
        };
    }

    private static FlowStep Policies(ForeignNode node, FlowStep step)
    {
        var original = node.Original;
        if (original.Flag("retryOnFail"))
        {
            var tries = Math.Clamp((int)(original.Number("maxTries") ?? 3), 1, FlowLimits.Retries + 1);
            step = step
                with
            { Retry = tries > 1 ? new RetryPolicy(tries - 1, Math.Clamp((original.Number("waitBetweenTries") ?? 1000) / 1000, 0, 3600)) : null };
        }

        return original.Text("onError") switch
        {
            "continueErrorOutput" => step with { OnError = OnError.Branch },
            "continueRegularOutput" => step with { OnError = OnError.Continue },
            null when original.Flag("continueOnFail") => step with { OnError = OnError.Continue },
            _ => step,
        };
    }

    /// <summary>With an error output, the output after the usual ones is the error's.</summary>
    private static int? BranchOf(ForeignNode node, ForeignStep step) =>
        node.Original.Text("onError") == "continueErrorOutput" ? step.Ports.Count : null;
}
