using System.Text.Json;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>Turns n8n's condition lists into a condition of ours, when every part of them can be said exactly.</summary>
internal static class N8nConditions
{
    /// <summary>The condition; null when a part of it has no exact match.</summary>
    public static string? Read(JsonElement settings, N8nExpressions expressions)
    {
        var conditions = settings.Get("conditions");
        return conditions.Get("conditions").ValueKind == JsonValueKind.Array
            ? Group(conditions, expressions)
            : Old(settings, conditions, expressions);
    }

    /// <summary>A group as newer versions write it: <c>{conditions:[{leftValue,operator,rightValue}],combinator}</c>.</summary>
    public static string? Group(JsonElement group, N8nExpressions expressions) =>
        Combine(group.List("conditions").Select(each => One(each, expressions)), group.Text("combinator") == "or");

    /// <summary>Value and literal of a group that is a single equality; null when it is anything else.</summary>
    public static (string Left, string Right, bool IsNumber)? Equality(JsonElement group)
    {
        if (group.List("conditions") is not [var only] || only.Get("operator").Text("operation") is not ("equals" or "equal")
            || only.Text("leftValue") is not { } left || only.Text("rightValue") is not { } right || right.StartsWith('='))
        {
            return null;
        }

        return (left, right, only.Get("operator").Text("type") == "number");
    }

    private static string? One(JsonElement condition, N8nExpressions expressions)
    {
        var @operator = condition.Get("operator");
        return Compare(
            condition.Text("leftValue") ?? "", @operator.Text("operation") ?? "", condition.Text("rightValue") ?? "", @operator.Text("type") ?? "string",
            expressions);
    }

    /// <summary>Lists by type, as older versions write them: <c>{string:[{value1,operation,value2}]}</c>.</summary>
    private static string? Old(JsonElement settings, JsonElement conditions, N8nExpressions expressions)
    {
        var parts = new List<string?>();
        foreach (var type in new[] { "boolean", "dateTime", "number", "string" })
        {
            foreach (var each in conditions.List(type))
            {
                var operation = each.Text("operation") ?? (type == "number" ? "smaller" : "equal");
                parts.Add(Compare(each.Text("value1") ?? "", operation, each.Text("value2") ?? (type == "boolean" ? "false" : ""), type, expressions));
            }
        }

        return Combine(parts, settings.Text("combineOperation") == "any");
    }

    private static string? Combine(IEnumerable<string?> parts, bool any)
    {
        var all = parts.ToList();
        return all.Count == 0 || all.Contains(null) ? null : string.Join(any ? " or " : " and ", all);
    }

    private static string? Compare(string left, string operation, string right, string type, N8nExpressions expressions)
    {
        var isNumber = type == "number";
        if (type == "dateTime" || expressions.Operand(left, isNumber) is not { } value)
        {
            return null;
        }

        switch (operation)
        {
            case "true" or "false":
                return $"{value} == {operation}";
            case "exists" or "notExists":
                return $"{value} {(operation == "exists" ? "!=" : "==")} nil";
            case "empty" or "isEmpty":
                return $"{value} == empty";
            case "notEmpty" or "isNotEmpty":
                return $"{value} != empty";
        }

        var sign = operation switch
        {
            "equal" or "equals" => "==",
            "notEqual" or "notEquals" => "!=",
            "gt" or "larger" => ">",
            "gte" or "largerEqual" => ">=",
            "lt" or "smaller" => "<",
            "lte" or "smallerEqual" => "<=",
            "contains" => "contains",
            _ => null,
        };
        var other = type == "boolean" && right is "true" or "false" ? right : expressions.Operand(right, isNumber);
        return sign is null || other is null ? null : $"{value} {sign} {other}";
    }
}
