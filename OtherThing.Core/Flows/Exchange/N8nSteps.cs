using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>What each node type of n8n becomes here.</summary>
internal sealed partial class N8nSteps
{
    private const string Source = "n8n";
    private static readonly string[] s_truth = ["true", "false"];
    private readonly ForeignGraph _graph;
    private readonly string? _timezone;
    private readonly HashSet<string> _looking = new(StringComparer.Ordinal);

    public N8nSteps(ForeignGraph graph, string? timezone)
    {
        (_graph, _timezone) = (graph, timezone);
        Loops = [.. graph.Nodes.Where(node => Kind(node) == "splitInBatches" && !node.Disabled).Select(FindLoop).OfType<ForeignLoop>()];
    }

    /// <summary>The loops whose bodies can become containers.</summary>
    public IReadOnlyList<ForeignLoop> Loops { get; }

    public ForeignStep Map(ForeignNode node)
    {
        if (node.Disabled)
        {
            return Placeholder(node, "It was switched off there.");
        }

        var expressions =
            new N8nExpressions(segments => ReadInput(node, segments), (name, segments) => _graph.Find(name) is { } other ? ReadOutput(other, segments) : null);
        var step = Convert(node, expressions);
        if (step is { Type: not StepCatalog.Placeholder } && StepCatalog.Find(step.Type) is null)
        {
            return Placeholder(node, $"This server has no step {step.Type} yet.");
        }

        if (step is null)
        {
            return Placeholder(node, "There is no step here that does the same.");
        }

        var remarks = step.Remarks.ToList();
        if (expressions.Kept.Count > 0)
        {
            remarks.Add($"Has no exact match here and is kept as it was, to be rewritten: {string.Join(" · ", expressions.Kept.Distinct().Take(5))}");
        }

        if (node.Original.Get("credentials").ValueKind == JsonValueKind.Object)
        {
            remarks.Add("It used stored credentials there; an import attaches none.");
        }

        return step with { Remarks = remarks };
    }

    /// <summary>The type without its package.</summary>
    private static string Kind(ForeignNode node) => node.Type[(node.Type.LastIndexOf('.') + 1)..];

    private ForeignStep? Convert(ForeignNode node, N8nExpressions expressions) => Kind(node) switch
    {
        "manualTrigger" or "start" or "executeWorkflowTrigger" => new("trigger.manual", []),
        "chatTrigger" or "manualChatTrigger" =>
            new("trigger.manual", new JsonObject { ["fields"] = new JsonArray(Field("chatInput", "text", required: true)) }),
        "formTrigger" => FormTrigger(node),
        "webhook" =>
            new("trigger.webhook", new JsonObject { ["respond"] = node.Settings.Text("responseMode") is "lastNode" or "responseNode" ? "output" : "accepted" }),
        "scheduleTrigger" or "cron" or "interval" => N8nSchedules.Read(node.Settings, _timezone),
        "set" or "editFields" => Set(node, expressions),
        "if" or "filter" => If(node, expressions),
        "switch" => Switch(node, expressions),
        "merge" => new("logic.join", new JsonObject { ["mode"] = "all" }) { Remarks = ["Its output is what arrived, by step, not one merged list."] },
        "noOp" => ForeignStep.PassOn(ReadInput(node, []) is { } all ? $"{{{{ {all} }}}}" : null),
        "httpRequest" => Http(node, expressions),
        "code" or "function" or "functionItem" => Code(node),
        "wait" => Wait(node, expressions),
        "splitInBatches" => Loop(node),
        "respondToWebhook" => Respond(node, expressions),
        "agent" or "chainLlm" or "conversationalAgent" or "openAi" or "anthropic" or "googleGemini" => Chat(node, expressions),
        _ when IsModel(node) => ModelSettings(node),
        _ => null,
    };

    private ForeignStep Placeholder(ForeignNode node, string why)
    {
        var ports = new List<string>();
        var main = _graph.OutOf(node).Where(link => link.IsMain).Select(link => link.Output).DefaultIfEmpty(-1).Max();
        var named = Kind(node) switch { "if" => s_truth, "splitInBatches" => IsOldLoop(node) ? ["loop", "done"] : ["done", "loop"], _ => [] };
        for (var output = 0; output <= main; output++)
        {
            ports.Add(output < named.Length ? named[output] : output == 0 ? "out" : $"out{output + 1}");
        }

        ports.AddRange(_graph.OutOf(node).Where(link => !link.IsMain).Select(link => link.Kind).Distinct());
        return ForeignStep.Placeholder(Source, node, ports.Count == 0 ? ["out"] : ports, why);
    }

    private static JsonObject Field(string name, string type, bool required) => new() { ["name"] = name, ["type"] = type, ["required"] = required };

    private static ForeignStep FormTrigger(ForeignNode node)
    {
        var fields = new JsonArray();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in node.Settings.Get("formFields").List("values"))
        {
            if (field.Text("fieldLabel") is { Length: > 0 } label && names.Add(label))
            {
                fields.Add(
                    Field(label, field.Text("fieldType") switch { "number" => "number", "textarea" => "text", _ => "string" }, field.Flag("requiredField")));
            }
        }

        return new ForeignStep("trigger.manual", new JsonObject { ["fields"] = fields });
    }

    private static ForeignStep? Respond(ForeignNode node, N8nExpressions expressions)
    {
        var body = node.Settings.Text("responseBody");
        var incoming = expressions.Expression("$json");
        return node.Settings.Text("respondWith") switch
        {
            "json" when body is not null => new("output", new JsonObject { ["value"] = Json(body, expressions) }),
            "text" when body is not null => new("output", new JsonObject { ["value"] = expressions.Template(body) }),
            "noData" => new("output", new JsonObject { ["value"] = null }),
            _ => new("output", new JsonObject { ["value"] = incoming is null ? null : $"{{{{ {incoming} }}}}" }),
        };
    }

    /// <summary>JSON written as text, with expressions in its strings.</summary>
    private static JsonNode? Json(string parameter, N8nExpressions expressions)
    {
        var isExpression = parameter.StartsWith('=');
        var parsed = ForeignJson.TryParse(isExpression ? parameter[1..] : parameter);
        return parsed is JsonObject or JsonArray
            ? ForeignJson.MapStrings(parsed, text => expressions.Template(isExpression ? "=" + text : text))
            : JsonValue.Create(expressions.Template(parameter));
    }

    private static ForeignStep? Wait(ForeignNode node, N8nExpressions expressions)
    {
        var settings = node.Settings;
        if (settings.Text("resume") is "webhook" or "form")
        {
            return null;
        }

        if (settings.Text("resume") == "specificTime")
        {
            return new("logic.wait", new JsonObject { ["until"] = expressions.Template(settings.Text("dateTime") ?? "") });
        }

        var unit = (settings.Text("unit") ?? "hours") switch { "seconds" => 1, "minutes" => 60, "days" => 86_400, _ => 3600 };
        if (settings.Text("amount") is { } amount && amount.StartsWith('='))
        {
            return new(
                "logic.wait",
                new JsonObject
                {
                    ["seconds"] = unit == 1
                    ? expressions.Template(amount)
                    : expressions.Template(amount).Replace("}}", $"| times: {unit} }}}}", StringComparison.Ordinal)
                });
        }

        return new("logic.wait", new JsonObject { ["seconds"] = Math.Clamp((settings.Number("amount") ?? 1) * unit, 0, 31_536_000) });
    }
}
