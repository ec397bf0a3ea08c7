using System.Text;

namespace OtherThing.Core.Templates.Filters;

/// <summary>What the two HTML filters need, in one pass over the text.</summary>
internal static class Html
{
    /// <summary>The five characters that mean something in HTML, escaped.</summary>
    public static string Escape(string text, FilterCall call)
    {
        call.Context.Charge(text.Length, call.Position);
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>The text without tags, comments, and what scripts and styles hold.</summary>
    public static string Strip(string text)
    {
        var kept = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf('<', at);
            if (open < 0)
            {
                break;
            }

            var close = EndOf(text, open);
            if (close < 0)
            {
                break;
            }

            kept.Append(text, at, open - at);
            at = close;
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }

    private static int EndOf(string text, int open)
    {
        var rest = text.AsSpan(open);
        if (rest.StartsWith("<!--"))
        {
            return After(text, open, "-->");
        }

        if (rest.StartsWith("<script", StringComparison.OrdinalIgnoreCase))
        {
            return After(text, open, "</script>");
        }

        return rest.StartsWith("<style", StringComparison.OrdinalIgnoreCase) ? After(text, open, "</style>") : After(text, open, ">");
    }

    // What is never closed is kept: the caller stops there, so the whole is one pass.
    private static int After(string text, int open, string end)
    {
        var at = text.IndexOf(end, open, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? -1 : at + end.Length;
    }
}
