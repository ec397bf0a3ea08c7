using System.Text;
using System.Text.RegularExpressions;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>
/// Turns n8n's expressions into ours where both mean the same: paths into items, a few methods, literals. What is more than that is
/// kept as it was written, so that the builder underlines it.
/// </summary>
/// <param name="input">What <c>$json</c> reads; null when it cannot be said.</param>
/// <param name="output">What another node put out, by its name.</param>
internal sealed partial class N8nExpressions(Func<IReadOnlyList<string>, string?> input, Func<string, IReadOnlyList<string>, string?> output)
{
    private readonly List<string> _kept = [];

    /// <summary>The expressions that could not be turned, as they were written.</summary>
    public IReadOnlyList<string> Kept => _kept;

    /// <summary>A parameter as a template of ours.</summary>
    public string Template(string parameter)
    {
        if (!parameter.StartsWith('='))
        {
            return ForeignText.Literal(parameter);
        }

        var text = new StringBuilder();
        var source = parameter[1..];
        var at = 0;
        while (at < source.Length)
        {
            var open = source.IndexOf("{{", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : source.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }

            text.Append(ForeignText.Literal(source[at..open]));
            var inner = source[(open + 2)..close];
            if (Expression(inner) is { } ours)
            {
                text.Append("{{ ").Append(ours).Append(" }}");
            }
            else
            {
                _kept.Add(inner.Trim());
                text.Append("{{").Append(inner).Append("}}");
            }

            at = close + 2;
        }

        return text.Append(ForeignText.Literal(source[at..])).ToString();
    }

    /// <summary>A parameter as a value in a condition: a path or a literal, no filters; null when it cannot be said so.</summary>
    public string? Operand(string parameter, bool asNumber)
    {
        if (!parameter.StartsWith('='))
        {
            return asNumber ? ForeignText.Number(parameter) : ForeignText.Quote(parameter);
        }

        var whole = WholeExpression().Match(parameter);
        return whole.Success && !whole.Groups["inner"].Value.Contains("}}", StringComparison.Ordinal)
            && Expression(whole.Groups["inner"].Value) is { } ours && !ours.Contains('|', StringComparison.Ordinal)
            ? ours
            : null;
    }

    /// <summary>One expression without braces; null when it is more than we can say exactly.</summary>
    public string? Expression(string javascript)
    {
        var text = javascript.Trim();
        if (ForeignText.Number(text) is { } number)
        {
            return number;
        }

        if (text is "true" or "false" or "null")
        {
            return text;
        }

        if (QuotedText().Match(text) is { Success: true } quoted && !quoted.Groups["text"].Value.Contains('\\', StringComparison.Ordinal))
        {
            return ForeignText.Quote(quoted.Groups["text"].Value);
        }

        if (Wrapped().Match(text) is { Success: true } wrapped)
        {
            var filter = wrapped.Groups["call"].Value switch { "JSON.stringify" => "json", "Number" => "to_number", _ => "to_string" };
            return Expression(wrapped.Groups["inner"].Value) is { } inner ? $"{inner} | {filter}" : null;
        }

        if (text is "$execution.id")
        {
            return "run.id";
        }

        var root = Root().Match(text);
        if (!root.Success)
        {
            return null;
        }

        var rest = text[root.Length..];
        return TryTail(ref rest, out var segments, out var filters) && Read(root, segments) is { } path ? path + filters : null;
    }

    private string? Read(Match root, List<string> segments) => root.Groups["name"] is { Success: true } name
        ? output(name.Value, segments)
        : root.Groups["node"] is { Success: true } node ? output(node.Value, segments) : input(segments);

    private static bool TryTail(ref string rest, out List<string> segments, out string filters)
    {
        segments = [];
        var said = new StringBuilder();
        filters = "";
        while (rest.Length > 0)
        {
            if (Method().Match(rest) is { Success: true } method)
            {
                said.Append(method.Groups["call"].Value switch
                {
                    "toUpperCase()" => " | upcase",
                    "toLowerCase()" => " | downcase",
                    "trim()" => " | strip",
                    "toString()" => " | to_string",
                    "length" => " | size",
                    _ => $" | join: {ForeignText.Quote(method.Groups["by"].Value)}",
                });
                rest = rest[method.Length..];
            }
            else if (said.Length == 0 && Member().Match(rest) is { Success: true } member)
            {
                segments.Add(member.Groups["dot"] is { Success: true } dot
                    ? dot.Value
                    : member.Groups["index"] is { Success: true } index ? index.Value : member.Groups["key"].Value);
                rest = rest[member.Length..];
            }
            else
            {
                return false;
            }
        }

        filters = said.ToString();
        return true;
    }

    [GeneratedRegex(@"^=\s*\{\{(?<inner>.*)\}\}\s*$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex WholeExpression();

    [GeneratedRegex("""^(?:"(?<text>[^"]*)"|'(?<text>[^']*)')$""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedText();

    [GeneratedRegex(@"^(?<call>JSON\.stringify|Number|String)\((?<inner>[^()]*(?:\([^()]*\)[^()]*)*)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Wrapped();

    [GeneratedRegex(
        """^(?:\$json(?![A-Za-z0-9_$])|\$input\.(?:item|first\(\)|last\(\))\.json(?![A-Za-z0-9_$])|\$\((?:"(?<name>[^"\\]*)"|'(?<name>[^'\\]*)')\)\.(?:item|first\(\)|last\(\))\.json(?![A-Za-z0-9_$])|\$node(?:\["(?<name>[^"\\]*)"\]|\['(?<name>[^'\\]*)'\]|\.(?<node>[A-Za-z_][A-Za-z0-9_]*))\.json(?![A-Za-z0-9_$]))""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Root();

    [GeneratedRegex(
        """^\??\.(?<call>toUpperCase\(\)|toLowerCase\(\)|trim\(\)|toString\(\)|length(?![A-Za-z0-9_$(])|join\((?:"(?<by>[^"\\]*)"|'(?<by>[^'\\]*)')\))""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Method();

    [GeneratedRegex(
        """^(?:\??\.(?<dot>[A-Za-z_][A-Za-z0-9_]*)(?!\s*\()(?![A-Za-z0-9_$])|(?:\?\.)?\[(?:(?<index>[0-9]{1,6})|"(?<key>[^"\\]*)"|'(?<key>[^'\\]*)')\])""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Member();
}
