using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OtherThing.Core.Templates;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>Where a foreign node's output is read in ours.</summary>
/// <param name="Path">A path: <c>steps.fetch.body</c>.</param>
/// <param name="FromText">True when the path is a text that holds a list of items as JSON, so that filters read it.</param>
internal sealed record ForeignBase(string Path, bool FromText = false)
{
    /// <summary>The expression that reads a member of it; null when it cannot be said exactly.</summary>
    public string? Read(IReadOnlyList<string> segments)
    {
        if (!FromText)
        {
            return ForeignText.Join(Path, segments);
        }

        if (segments.Any(segment => int.TryParse(segment, CultureInfo.InvariantCulture, out _) || segment.Contains('"', StringComparison.Ordinal)))
        {
            return null;
        }

        return $"{Path} | parse_json{string.Concat(segments.Select(segment => $" | map: \"{segment}\""))} | first";
    }
}

/// <summary>Writes texts, literals and paths the way our templates read them.</summary>
internal static partial class ForeignText
{
    [GeneratedRegex(@"\{\{|\{%", RegexOptions.CultureInvariant)]
    private static partial Regex Braces();

    /// <summary>A path with members after it.</summary>
    public static string Join(string path, IReadOnlyList<string> segments)
    {
        var text = new StringBuilder(path);
        foreach (var segment in segments)
        {
            PathText.Append(text, segment);
        }

        return text.ToString();
    }

    /// <summary>A literal text: braces in it stay braces.</summary>
    public static string Literal(string text) =>
        !text.Contains("{{", StringComparison.Ordinal) && !text.Contains("{%", StringComparison.Ordinal) ? text
        : text.Contains("endraw", StringComparison.Ordinal)
            ? Braces().Replace(text, static braces => $"{{{{ \"{braces.Value}\" }}}}")
        : "{% raw %}" + text + "{% endraw %}";

    /// <summary>A text as a literal inside an expression; null when both quotes are in it.</summary>
    public static string? Quote(string text) =>
        text.Contains('\n', StringComparison.Ordinal) ? null
        : !text.Contains('"', StringComparison.Ordinal) ? $"\"{text}\""
        : !text.Contains('\'', StringComparison.Ordinal) ? $"'{text}'"
        : null;

    /// <summary>A number as our expressions write it; null when the text is none.</summary>
    public static string? Number(string text) =>
        decimal.TryParse(text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;
}
