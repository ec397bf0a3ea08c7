using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates.Values;

/// <summary>Counts and cuts texts by code point, so that no filter cuts a character in two.</summary>
internal static class Characters
{
    /// <summary>How many code points the text has.</summary>
    public static int Count(string text, RenderContext context, int position)
    {
        context.Charge(2 * text.Length, position);
        var pairs = 0;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                pairs++;
                i++;
            }
        }

        return text.Length - pairs;
    }

    /// <summary>The UTF-16 index of a code point; the text's length when it has fewer.</summary>
    public static int IndexOf(string text, int codePoint)
    {
        var at = 0;
        while (codePoint > 0 && at < text.Length)
        {
            at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
            codePoint--;
        }

        return at;
    }

    /// <summary>So many code points from one on.</summary>
    public static string Cut(string text, int start, int count)
    {
        var from = IndexOf(text, start);
        var rest = text[from..];
        return rest[..IndexOf(rest, count)];
    }
}
