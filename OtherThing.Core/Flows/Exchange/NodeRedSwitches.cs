using System.Text.Json;
using System.Text.Json.Nodes;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>Node-RED's switch: two ways become an if, equalities a switch, anything else stays a placeholder.</summary>
internal static class NodeRedSwitches
{
    private static readonly string[] s_truth = ["true", "false"];

    public static ForeignStep? Read(ForeignNode node, Func<string, string?> property)
    {
        var settings = node.Settings;
        if ((settings.Text("propertyType") ?? "msg") != "msg"
            || property(settings.Text("property") ?? "payload") is not { } value
            || value.Contains('|', StringComparison.Ordinal))
        {
            return null;
        }

        var rules = settings.List("rules");
        if (rules is [var only, ..] && (rules.Count == 1 || (rules.Count == 2 && rules[1].Text("t") == "else"))
            && Condition(value, only) is { } condition)
        {
            return new("logic.if", new JsonObject { ["condition"] = condition }) { Ports = s_truth };
        }

        var cases = rules.Where(rule => rule.Text("t") != "else").ToList();
        if (cases.Count is 0 or > 100 || (rules.Count > cases.Count && rules[^1].Text("t") != "else") || rules.Count > cases.Count + 1
            || cases.Any(rule => rule.Text("t") != "eq" || (rule.Text("vt") ?? "str") is not ("str" or "num")))
        {
            return null;
        }

        var names = cases.Select(rule => rule.Text("v") ?? "").ToList();
        return names.Distinct().Count() < names.Count ? null : new("logic.switch", new JsonObject
        {
            ["value"] = $"{{{{ {value} }}}}",
            ["cases"] = new JsonArray([.. cases.Select(Case)]),
        })
        {
            Ports = [
                .. cases.Select(rule => Case(rule) is { } name && name.GetValueKind() == JsonValueKind.Number ? name.ToJsonString() : rule.Text("v") ?? ""),
                "default"],
        };
    }

    private static JsonNode? Case(JsonElement rule) => rule.Text("vt") == "num" && ForeignText.Number(rule.Text("v") ?? "") is { } number
        ? JsonNode.Parse(number)
        : JsonValue.Create(rule.Text("v") ?? "");

    private static string? Condition(string value, JsonElement rule)
    {
        switch (rule.Text("t"))
        {
            case "true":
                return $"{value} == true";
            case "false":
                return $"{value} == false";
            case "null":
                return $"{value} == nil";
            case "nnull":
                return $"{value} != nil";
            case "empty":
                return $"{value} == empty";
            case "nempty":
                return $"{value} != empty";
        }

        var sign =
            rule.Text("t") switch { "eq" => "==", "neq" => "!=", "lt" => "<", "lte" => "<=", "gt" => ">", "gte" => ">=", "cont" => "contains", _ => null };
        var other = (rule.Text("vt") ?? "str") switch
        {
            "num" => ForeignText.Number(rule.Text("v") ?? ""),
            "str" => ForeignText.Quote(rule.Text("v") ?? ""),
            _ => null,
        };
        return sign is null || other is null ? null : $"{value} {sign} {other}";
    }
}
