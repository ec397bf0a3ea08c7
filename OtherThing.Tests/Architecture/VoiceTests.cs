using System.Text.RegularExpressions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Architecture;

/// <summary>What people read keeps to <c>docs/voice.md</c>: the worst words stay out of labels, errors, logs and the guide.</summary>
public sealed partial class VoiceTests
{
    private static readonly string[] s_projects = ["OtherThing.Core", "OtherThing.Data", "OtherThing.Node", "OtherThing.Web"];

    [Fact]
    public void Product_SaysNothingInTheWordsThatVoiceForbids()
    {
        var found = s_projects
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".cs" or ".razor" or ".js" && !Made().IsMatch(path))
            .SelectMany(path => File.ReadLines(path).Select((line, at) => (path, line, at)))
            .Where(each => !each.line.TrimStart().StartsWith("//", StringComparison.Ordinal) && !each.line.TrimStart().StartsWith("@*", StringComparison.Ordinal))
            .SelectMany(each => (each.path.EndsWith(".razor", StringComparison.Ordinal) ? [each.line] : Texts().Matches(each.line).Select(match => match.Value))
                .Where(text => Forbidden().IsMatch(text))
                .Select(text => $"{Path.GetRelativePath(Repository.Root, each.path)}:{each.at + 1}: {text.Trim()}"));

        Assert.Equal([], found);
    }

    [Fact]
    public void Guide_SaysNothingInTheWordsThatVoiceForbids()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "guide"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Root, "README.md"));

        var found = pages
            .SelectMany(path => File.ReadLines(path).Select((line, at) => (Place: $"{Path.GetRelativePath(Repository.Root, path)}:{at + 1}", Line: line)))
            .Where(each => Forbidden().IsMatch(each.Line))
            .Select(each => $"{each.Place}: {each.Line}");

        Assert.Equal([], found);
    }

    [Theory]
    [InlineData("Make an account", true)]
    [InlineData("Create account", false)]
    [InlineData("The step puts out its input.", true)]
    [InlineData("Output: its input.", false)]
    [InlineData("To start runs takes Member or above.", true)]
    [InlineData("Only members can start runs.", false)]
    [InlineData("OpenAI does not take the key 'Team'", true)]
    [InlineData("A machine that takes no more jobs", false)]
    public void Forbidden_TellsTheTwoApart(string text, bool isForbidden) => Assert.Equal(isForbidden, Forbidden().IsMatch(text));

    [GeneratedRegex("""[/\\](obj|bin|Migrations|CompiledModels|node_modules)[/\\]""", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Made();

    [GeneratedRegex(""""(?>(?:[^"\\]+|\\.)*)"|`[^`]*`|'(?>(?:[^'\\]+|\\.)*)'"""", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Texts();

    [GeneratedRegex(
        """
        \bMake\ (an\ account|account|token|invite)\b|\b(puts?|putting)\ out\b|\btak(e|en)\ back\b|\byou\ have\ now\b|\buntil\ it\ ends\b|\bLongest\ time\b|\bLeaves\ by\b
        |\bLook\ where\b|\bdoes\ not\ take\ (the|this)\ key\b|\bsays\ not\ now\b|\bshown\ this\ once\b|\bdo\ not\ go\ on\b|\bcodes?\ lives?\b|\bno\ member\ of\b|\btakes\ \w+\ or\ above\b
        |\bwas\ lost\ with\b|\bwritten\ by\ somebody\ else\b|\bfault\ of\ the\ server\b|\bdoes\ not\ take\ \{Count\}
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace,
        Timeout.Infinite)]
    private static partial Regex Forbidden();
}
