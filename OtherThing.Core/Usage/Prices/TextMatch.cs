using System.Text.Json;
using System.Text.RegularExpressions;

namespace OtherThing.Core.Usage.Prices;

/// <summary>A condition on a text in the price table: equals, starts_with, ends_with, contains, regex, and, or.</summary>
public abstract record TextMatch
{
    /// <summary>True when the text fulfils it; case does not matter except in a regex.</summary>
    public abstract bool Matches(string text);

    internal static TextMatch Parse(JsonElement clause)
    {
        var rule = clause.EnumerateObject().First();
        return rule.Name switch
        {
            "or" => new Any([.. rule.Value.EnumerateArray().Select(Parse)]),
            "and" => new All([.. rule.Value.EnumerateArray().Select(Parse)]),
            "equals" => new Plain(rule.Value.GetString()!, static (text, part) => text.Equals(part, StringComparison.OrdinalIgnoreCase)),
            "starts_with" => new Plain(rule.Value.GetString()!, static (text, part) => text.StartsWith(part, StringComparison.OrdinalIgnoreCase)),
            "ends_with" => new Plain(rule.Value.GetString()!, static (text, part) => text.EndsWith(part, StringComparison.OrdinalIgnoreCase)),
            "contains" => new Plain(rule.Value.GetString()!, static (text, part) => text.Contains(part, StringComparison.OrdinalIgnoreCase)),
            "regex" => new Pattern(new Regex(rule.Value.GetString()!, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100))),
            var other => throw new FormatException($"The price table uses a condition '{other}' that is not known here."),
        };
    }

    private sealed record Any(IReadOnlyList<TextMatch> Parts) : TextMatch
    {
        public override bool Matches(string text) => Parts.Any(part => part.Matches(text));
    }

    private sealed record All(IReadOnlyList<TextMatch> Parts) : TextMatch
    {
        public override bool Matches(string text) => Parts.All(part => part.Matches(text));
    }

    private sealed record Plain(string Part, Func<string, string, bool> Test) : TextMatch
    {
        public override bool Matches(string text) => Test(text, Part);
    }

    private sealed record Pattern(Regex Regex) : TextMatch
    {
        public override bool Matches(string text) => Regex.IsMatch(text);
    }
}
