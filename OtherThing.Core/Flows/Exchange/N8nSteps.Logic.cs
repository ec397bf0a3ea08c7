using System.Globalization;
using System.Text.Json.Nodes;

namespace OtherThing.Core.Flows.Exchange;

internal sealed partial class N8nSteps
{
    private static ForeignStep? If(ForeignNode node, N8nExpressions expressions)
    {
        if (N8nConditions.Read(node.Settings, expressions) is not { } condition)
        {
            return null;
        }

        return new("logic.if", new JsonObject { ["condition"] = condition }) { Ports = s_truth };
    }

    /// <summary>A switch whose rules all ask whether one value equals a literal; any other stays a placeholder.</summary>
    private static ForeignStep? Switch(ForeignNode node, N8nExpressions expressions)
    {
        var cases = new List<(string Left, string Right, bool IsNumber)?>();
        var settings = node.Settings;
        if (settings.Get("rules").Get("values").ValueKind == System.Text.Json.JsonValueKind.Array)
        {
            cases.AddRange(settings.Get("rules").List("values").Select(rule => N8nConditions.Equality(rule.Get("conditions"))));
        }
        else
        {
            cases.AddRange(settings.Get("rules").List("rules").Select((rule, at) =>
                rule.Text("operation") is null or "equal"
                && settings.Text("value1") is { } left
                && rule.Text("value2") is { } right
                && !right.StartsWith('=')
                && (rule.Number("output") ?? at) == at
                    ? (left, right, settings.Text("dataType") == "number")
                    : ((string, string, bool)?)null));
        }

        if (cases.Count is 0 or > 100 || cases.Contains(null) || cases.Select(each => each!.Value.Left).Distinct().Count() > 1
            || cases.Select(each => each!.Value.Right).Distinct().Count() < cases.Count)
        {
            return null;
        }

        var numbers = cases.All(each => each!.Value.IsNumber && ForeignText.Number(each.Value.Right) is not null);
        var names = cases.Select(each => numbers ? ForeignText.Number(each!.Value.Right)! : each!.Value.Right).ToList();
        return new("logic.switch", new JsonObject
        {
            ["value"] = expressions.Template(cases[0]!.Value.Left),
            ["cases"] = new JsonArray([.. names.Select(name => numbers ? JsonNode.Parse(name) : JsonValue.Create(name))]),
        })
        {
            Ports = [.. names, "default"],
        };
    }

    private ForeignStep? Loop(ForeignNode node)
    {
        if (Loops.All(loop => loop.Node != node))
        {
            return null;
        }

        var items = ReadInput(node, []);
        var batch = node.Settings.Number("batchSize") ?? 1;
        return new("logic.map", new JsonObject { ["items"] = items is null ? "{{ input }}" : $"{{{{ {items} }}}}", ["concurrency"] = 1 })
        {
            Remarks =
            [
                "Its connections into the repeated steps and back are now the container those steps lie in.",
                .. batch > 1 ? new[] { $"It took {batch.ToString(CultureInfo.InvariantCulture)} items at a time; here each item comes by itself." } : [],
            ],
        };
    }

    private static bool IsOldLoop(ForeignNode node) => (node.Original.Number("typeVersion") ?? 1) < 3;

    /// <summary>The body of a loop that only the loop leads into and that leads back to it; null when it is more tangled.</summary>
    private ForeignLoop? FindLoop(ForeignNode node)
    {
        var output = IsOldLoop(node) ? 0 : 1;
        var body = Reach(node, output);
        var after = Reach(node, 1 - output);
        var closes = body.Any(key => _graph.OutOf(_graph.Find(key)!).Any(link => link.To == node.Key));
        var clean = closes && !body.Overlaps(after) && body.All(key => _graph.Find(key) is { } inside
            && !Kind(inside).EndsWith("Trigger", StringComparison.Ordinal) && Kind(inside) is not ("webhook" or "respondToWebhook")
            && _graph.Into(inside).All(link => body.Contains(link.From) || (link.From == node.Key && link.Output == output)));
        return clean ? new ForeignLoop(node, body, output) : null;
    }

    private HashSet<string> Reach(ForeignNode from, int output)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(_graph.OutOf(from).Where(link => link.IsMain && link.Output == output).Select(link => link.To));
        while (open.TryPop(out var key))
        {
            if (key == from.Key || !reached.Add(key))
            {
                continue;
            }

            foreach (var link in _graph.OutOf(_graph.Find(key)!))
            {
                open.Push(link.To);
            }

            // What hangs on a repeated step without data of its own (a model, a tool) is repeated with it.
            foreach (var link in _graph.Into(_graph.Find(key)!).Where(link => !link.IsMain && !_graph.Into(_graph.Find(link.From)!).Any(own => own.IsMain)))
            {
                open.Push(link.From);
            }
        }

        return reached;
    }
}
