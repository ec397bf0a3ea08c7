using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OtherThing.Core.Results;

/// <summary>
/// Makes texts fit where only so much is kept or shown, so that everybody sees that something is missing. Nothing is ever cut within what a
/// person sees as one character: a pair of surrogates, a letter with its accent, a family of emoji.
/// </summary>
public static class TextCut
{
    private const string Mark = "…";
    private const int DigestLength = 16;

    /// <summary>At most so many UTF-16 units of a text for people, as a column counts; what was cut ends in <c>…</c>.</summary>
    /// <param name="text">The text; null stays null.</param>
    /// <param name="most">The most units of the answer, at least 1.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Words(string? text, int most) =>
        text is null || text.Length <= most ? text : Head(text, most - Mark.Length) + Mark;

    /// <summary>At most so many characters, as people count them, of a text that is shown; what was cut ends in <c>…</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The most characters of the answer, at least 1; it never has more than <see cref="TextLimit.UnitsOf"/> that many UTF-16 units.</param>
    public static string Shown(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var (at, count, before) = (0, 0, 0);
        while (at < text.Length)
        {
            var next = at + StringInfo.GetNextTextElementLength(text, at);
            if (count == most || next > TextLimit.UnitsOf(most))
            {
                return text[..before] + Mark;
            }

            (before, at, count) = (count < most - 1 ? next : before, next, count + 1);
        }

        return text;
    }

    /// <summary>
    /// At most so many UTF-16 units of something that is compared (a path, a model, a call): what was cut ends in <c>…</c> and 16 hexadecimal
    /// digits of its SHA-256, so that two that differ still differ.
    /// </summary>
    /// <param name="name">The name; null stays null.</param>
    /// <param name="most">The most units of the answer, at least 18.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(name))]
    public static string? Name(string? name, int most)
    {
        if (name is null || name.Length <= most)
        {
            return name;
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.Unicode.GetBytes(name)))[..DigestLength];
        return Head(name, most - Mark.Length - DigestLength) + Mark + digest;
    }

    /// <summary>The first whole characters of a text that fit into so many UTF-16 units.</summary>
    public static string Head(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var at = 0;
        while (at < text.Length && at + StringInfo.GetNextTextElementLength(text, at) is var next && next <= most)
        {
            at = next;
        }

        return text[..at];
    }

    /// <summary>The last whole characters of a text that fit into so many UTF-16 units.</summary>
    public static string Tail(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        // Before a plain letter there is always an edge: from there on the edges can be counted, however long the text is.
        var from = text.Length - most;
        var at = from;
        while (at > 0 && from - at < LongestCharacter && !(char.IsAsciiLetterOrDigit(text[at]) || text[at] == ' '))
        {
            at--;
        }

        at += at > 0 && char.IsSurrogatePair(text[at - 1], text[at]) ? 1 : 0;
        while (at < from)
        {
            at += StringInfo.GetNextTextElementLength(text, at);
        }

        return text[at..];
    }

    // More than any emoji of several people with their skin tones; a longer heap of accents may be parted.
    private const int LongestCharacter = 64;
}
