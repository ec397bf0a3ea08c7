using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;

namespace OtherThing.Core.Console;

/// <summary>A result as words: a table with aligned columns, or JSON.</summary>
public static class ConsoleText
{
    private const int MaxCell = 60;

    /// <summary>The field of a row that holds money; programs get it in cents, people read it as <see cref="CostName"/> in dollars.</summary>
    internal const string CentsField = "cents";

    /// <summary>What people call <see cref="CentsField"/>, in a table and in a filter.</summary>
    internal const string CostName = "cost";

    /// <summary>What a program gets.</summary>
    public static JsonNode? DataOf(ConsoleOutput output) =>
        output.Data ?? (output.Rows is { } rows ? new JsonArray([.. rows.Select(row => row.DeepClone())]) : null);

    /// <summary>What a program gets, as text.</summary>
    public static string ToJson(ConsoleOutput output) => DataOf(output)?.ToJsonString(Json.Indented) ?? "null";

    /// <summary>What a person reads.</summary>
    public static string Render(ConsoleOutput output)
    {
        var text = new StringBuilder(output.Message);
        if (output.Rows is not { } rows)
        {
            return text.ToString();
        }

        if (rows.Count == 0)
        {
            return text.Append(text.Length > 0 ? "\n" : "").Append("Nothing found.").ToString();
        }

        if (text.Length > 0)
        {
            text.Append('\n');
        }

        var lines = rows.Select(row => output.Columns.Select(column => Cut(Cell(column, row[column]))).ToArray())
            .Prepend([.. output.Columns.Select(Heading)]).ToList();
        var widths = output.Columns.Select((_, i) => lines.Max(line => line[i].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, i) => i == line.Length - 1 ? cell : cell.PadRight(widths[i]));
            text.AppendJoin("  ", cells).Append('\n');
        }

        return text.ToString(0, text.Length - 1);
    }

    /// <summary>The name of a column as a person reads it.</summary>
    public static string Heading(string column) => column == CentsField ? CostName : column;

    /// <summary>One value of a column as a person reads it.</summary>
    public static string Cell(string column, JsonNode? value) =>
        column == CentsField && value?.GetValueKind() == JsonValueKind.Number ? Cost(value) : Cell(value);

    /// <summary>Cents as money.</summary>
    internal static string Cost(JsonNode cents) =>
        Money.FromCents(decimal.Parse(cents.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)).ToString();

    /// <summary>One value as a person reads it.</summary>
    public static string Cell(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(Cell)),
        JsonValue plain when plain.GetValueKind() == JsonValueKind.String => plain.GetValue<string>(),
        _ => value.ToJsonString(Json.Options),
    };

    private static string Cut(string cell)
    {
        cell = cell.ReplaceLineEndings(" ");
        return TextCut.Shown(cell, MaxCell);
    }
}
