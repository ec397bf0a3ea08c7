using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Console;

/// <summary>A result as words: a table with aligned columns, or JSON.</summary>
public static class ConsoleText
{
    private const int MaxCell = 60;

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

        var lines = rows.Select(row => output.Columns.Select(column => Cut(Cell(row[column]))).ToArray()).Prepend([.. output.Columns]).ToList();
        var widths = output.Columns.Select((_, i) => lines.Max(line => line[i].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, i) => i == line.Length - 1 ? cell : cell.PadRight(widths[i]));
            text.AppendJoin("  ", cells).Append('\n');
        }

        return text.ToString(0, text.Length - 1);
    }

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
