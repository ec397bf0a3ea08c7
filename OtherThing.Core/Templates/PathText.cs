using System.Text;

namespace OtherThing.Core.Templates;

/// <summary>Writes paths the way a template reads them.</summary>
internal static class PathText
{
    /// <summary>Appends <c>.name</c>, <c>[0]</c> or <c>["odd name"]</c>.</summary>
    public static void Append(StringBuilder path, string segment)
    {
        if (segment == "*" || (segment.Length > 0 && segment.All(c => char.IsAsciiDigit(c) || c == '-') && int.TryParse(segment, out _)))
        {
            path.Append('[').Append(segment).Append(']');
        }
        else if (IsName(segment))
        {
            path.Append(path.Length > 0 ? "." : "").Append(segment);
        }
        else
        {
            var quote = segment.Contains('"', StringComparison.Ordinal) ? '\'' : '"';
            path.Append('[').Append(quote).Append(segment).Append(quote).Append(']');
        }
    }

    private static bool IsName(string segment) =>
        segment.Length > 0
        && (char.IsLetter(segment[0]) || segment[0] == '_')
        && segment.All(c => char.IsLetterOrDigit(c) || c is '_' or '-');
}
