using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Console;

/// <summary>What a result can go through after a <c>|</c>: objects in, objects out.</summary>
public static class ConsoleFilters
{
    /// <summary>The filters and how they are written.</summary>
    public static IReadOnlyDictionary<string, string> Usages { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["where"] = "where FIELD = VALUE (also != < > <= >= and ~ for contains)",
        ["sort"] = "sort FIELD [desc]",
        ["head"] = "head N",
        ["select"] = "select FIELD,FIELD",
        ["group"] = "group FIELD",
        ["sum"] = "sum FIELD",
        ["count"] = "count",
        ["json"] = "json",
    };

    /// <summary>Puts a result through one filter.</summary>
    /// <returns>The new result, or <c>console.unknown_command</c>, <c>console.usage</c>.</returns>
    public static Result<ConsoleOutput> Apply(ConsoleOutput output, ConsoleStage filter)
    {
        var (name, words) = (filter.Words[0], filter.Words.Skip(1).ToArray());
        if (!Usages.TryGetValue(name, out var usage))
        {
            return ConsoleErrors.UnknownCommand(name, Nearest.To(name, Usages.Keys));
        }

        if (name == "json")
        {
            return ConsoleOutput.Say(ConsoleText.ToJson(output), ConsoleText.DataOf(output));
        }

        if (output.Rows is not { } rows)
        {
            return ConsoleErrors.Usage($"'{name}' needs a table, and this command gives none.");
        }

        return (name, words) switch
        {
            ("count", []) => ConsoleOutput.Say(rows.Count.ToString(CultureInfo.InvariantCulture), rows.Count),
            ("head", [var count]) when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var most) =>
                output with { Rows = [.. rows.Take(most)] },
            ("where", [var field, var op, .. var value]) when value.Length > 0 => Where(output, rows, Named(field), op, string.Join(' ', value)),
            ("sort", [var field]) => Sort(output, rows, Named(field), descending: false),
            ("sort", [var field, "desc"]) => Sort(output, rows, Named(field), descending: true),
            ("select", [_, ..]) => Select(
                output, rows, [.. string.Join(',', words).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Named)]),
            ("group", [var field]) => Group(rows, Named(field)),
            ("sum", [var field]) => Sum(rows, Named(field)),
            _ => ConsoleErrors.Usage($"Write it as: {usage}"),
        };
    }

    private static Result<ConsoleOutput> Where(ConsoleOutput output, IReadOnlyList<JsonObject> rows, string field, string op, string value)
    {
        if (op is not ("=" or "!=" or "<" or ">" or "<=" or ">=" or "~"))
        {
            return ConsoleErrors.Usage($"'{op}' is no comparison. There are = != < > <= >= and ~ (contains).");
        }

        if (Unknown(rows, field) is { } error)
        {
            return error;
        }

        value = value.TrimStart('@');
        return output with { Rows = [.. rows.Where(row => Holds(Field(row, field), op, value))] };
    }

    private static bool Holds(JsonNode? field, string op, string value)
    {
        var text = ConsoleText.Cell(field);
        if (op == "~")
        {
            return text.Contains(value, StringComparison.OrdinalIgnoreCase);
        }

        var order = field is JsonValue number && number.GetValueKind() == JsonValueKind.Number
            && decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var wanted)
            ? decimal.Parse(number.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture).CompareTo(wanted)
            : string.Compare(text, value, StringComparison.OrdinalIgnoreCase);
        return op switch
        {
            "=" => order == 0,
            "!=" => order != 0,
            "<" => order < 0 && field is not null,
            ">" => order > 0,
            "<=" => order <= 0 && field is not null,
            _ => order >= 0,
        };
    }

    private static Result<ConsoleOutput> Sort(ConsoleOutput output, IReadOnlyList<JsonObject> rows, string field, bool descending)
    {
        if (Unknown(rows, field) is { } error)
        {
            return error;
        }

        var byKey = Comparer<JsonObject>.Create((a, b) => Compare(Field(a, field), Field(b, field)));
        return output with { Rows = [.. descending ? rows.OrderDescending(byKey) : rows.Order(byKey)] };
    }

    private static int Compare(JsonNode? a, JsonNode? b)
    {
        if (a?.GetValueKind() == JsonValueKind.Number && b?.GetValueKind() == JsonValueKind.Number)
        {
            return Number(a).CompareTo(Number(b));
        }

        return string.Compare(ConsoleText.Cell(a), ConsoleText.Cell(b), StringComparison.OrdinalIgnoreCase);
    }

    private static Result<ConsoleOutput> Select(ConsoleOutput output, IReadOnlyList<JsonObject> rows, string[] fields)
    {
        foreach (var field in fields)
        {
            if (Unknown(rows, field) is { } error)
            {
                return error;
            }
        }

        var picked = rows.Select(row => new JsonObject(fields.Select(field => KeyValuePair.Create(field, Field(row, field)?.DeepClone()))));
        return output with { Columns = fields, Rows = [.. picked], Kind = ConsoleRows.Plain };
    }

    private static Result<ConsoleOutput> Group(IReadOnlyList<JsonObject> rows, string field)
    {
        if (Unknown(rows, field) is { } error)
        {
            return error;
        }

        var groups = rows.GroupBy(row => ConsoleText.Cell(Field(row, field)), StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(group => group.Count())
            .Select(group => new JsonObject { [field] = group.Key, ["count"] = group.Count() });
        return ConsoleOutput.Table([field, "count"], [.. groups]);
    }

    private static Result<ConsoleOutput> Sum(IReadOnlyList<JsonObject> rows, string field)
    {
        if (Unknown(rows, field) is { } error)
        {
            return error;
        }

        var sum = rows.Select(row => Field(row, field)).Where(value => value?.GetValueKind() == JsonValueKind.Number).Sum(value => Number(value!));
        return ConsoleOutput.Say(field == ConsoleText.CentsField ? Money.FromCents(sum).ToString() : sum.ToString(CultureInfo.InvariantCulture), sum);
    }

    private static decimal Number(JsonNode node) => decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>A field as rows name it: money may be named as the table heads it, or in any case.</summary>
    private static string Named(string field) =>
        field.Equals(ConsoleText.CostName, StringComparison.OrdinalIgnoreCase) || field.Equals(ConsoleText.CentsField, StringComparison.OrdinalIgnoreCase)
            ? ConsoleText.CentsField
            : field;

    private static JsonNode? Field(JsonObject row, string field) =>
        row.FirstOrDefault(pair => pair.Key.Equals(field, StringComparison.OrdinalIgnoreCase)).Value;

    private static Error? Unknown(IReadOnlyList<JsonObject> rows, string field)
    {
        if (rows.Count == 0 || rows.Any(row => row.Any(pair => pair.Key.Equals(field, StringComparison.OrdinalIgnoreCase))))
        {
            return null;
        }

        return ConsoleErrors.Usage($"There is no field '{field}'. There are: {string.Join(", ", rows[0].Select(pair => ConsoleText.Heading(pair.Key)))}.");
    }
}
