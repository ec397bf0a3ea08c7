using System.Text.RegularExpressions;

namespace OtherThing.Tests.Support;

/// <summary>README.md as people copy from it.</summary>
internal static partial class Readme
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    /// <summary>The one block of that language which holds a word.</summary>
    public static string Block(string language, string word) => Assert.Single(
        Blocks().Matches(s_text).Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["text"].Value),
        text => text.Contains(word, StringComparison.Ordinal));

    /// <summary>The text with something of the README's in another's place, which must be there.</summary>
    public static string Put(this string text, string ours, string theirs)
    {
        Assert.Contains(theirs, text, StringComparison.Ordinal);
        return text.Replace(theirs, ours, StringComparison.Ordinal);
    }

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
