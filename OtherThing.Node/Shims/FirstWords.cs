using System.Globalization;

namespace OtherThing.Agent.Shims;

/// <summary>The beginning of what a program said.</summary>
internal static class FirstWords
{
    /// <summary>The first whole characters that fit into so many UTF-16 units.</summary>
    internal static string Of(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var at = 0;
        while (at + StringInfo.GetNextTextElementLength(text, at) is var next && next <= most)
        {
            at = next;
        }

        return text[..at];
    }
}
