using System.Buffers;
using System.Text;

namespace OtherThing.Core.Results;

/// <summary>
/// Writes comma-separated values as RFC 4180 has them. A value that a spreadsheet would take for a formula gets an apostrophe before it
/// (https://owasp.org/www-community/attacks/CSV_Injection).
/// </summary>
public static class Csv
{
    private static readonly SearchValues<char> s_quoted = SearchValues.Create(",\"\r\n");
    private static readonly SearchValues<char> s_formula = SearchValues.Create("=+-@\t\r");

    /// <summary>One line with its end, CR LF.</summary>
    public static string Line(params ReadOnlySpan<string?> values)
    {
        var line = new StringBuilder();
        for (var at = 0; at < values.Length; at++)
        {
            if (at > 0)
            {
                line.Append(',');
            }

            var value = values[at] ?? "";
            if (value.Length > 0 && s_formula.Contains(value[0]))
            {
                value = "'" + value;
            }

            line.Append(value.AsSpan().ContainsAny(s_quoted) ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value);
        }

        return line.Append("\r\n").ToString();
    }
}
