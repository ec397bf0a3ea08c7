using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OtherThing.Core.Results;

/// <summary>Makes texts fit where only so much is kept, so that everybody sees that something is missing.</summary>
public static class TextCut
{
    private const string Mark = "…";
    private const int DigestLength = 16;

    /// <summary>At most so many characters (UTF-16 units) of a text for people; what was cut ends in <c>…</c>, never within a character.</summary>
    /// <param name="text">The text; null stays null.</param>
    /// <param name="most">The most characters of the answer, at least 1.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Words(string? text, int most) =>
        text is null || text.Length <= most ? text : Head(text, most - Mark.Length) + Mark;

    /// <summary>
    /// At most so many characters of something that is compared (a path, a model, a call): what was cut ends in <c>…</c> and 16 hexadecimal
    /// digits of its SHA-256, so that two that differ still differ.
    /// </summary>
    /// <param name="name">The name; null stays null.</param>
    /// <param name="most">The most characters of the answer, at least 18.</param>
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

    private static string Head(string text, int most)
    {
        var at = 0;
        while (at < text.Length && at + StringInfo.GetNextTextElementLength(text, at) is var next && next <= most)
        {
            at = next;
        }

        return text[..at];
    }
}
