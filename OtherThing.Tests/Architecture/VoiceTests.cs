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
            .Where(each =>
                !each.line.TrimStart().StartsWith("//", StringComparison.Ordinal) && !each.line.TrimStart().StartsWith("@*", StringComparison.Ordinal))
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

    /// <summary>People read <em>machine</em>; <em>node</em> is for code, REST, logs, protocol and the names of commands, and n8n and Node-RED have
    /// nodes of their own.</summary>
    [Fact]
    public void Product_CallsAMachineAMachine()
    {
        string[] exempt = [Path.Combine("Flows", "Exchange"), Path.Combine("OtherThing.Web", "Gateway")];
        var found = s_projects
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".cs" or ".razor" or ".js"
                && !Made().IsMatch(path)
                && !exempt.Any(part => path.Contains(part, StringComparison.Ordinal)))
            .SelectMany(
                path =>
                    ReadByPeople(path).Where(each => CallsItNode(each.Text)).Select(
                        each => $"{Path.GetRelativePath(Repository.Root, path)}:{each.Line}: {each.Text.Trim()}"));

        Assert.True(!found.Any(), string.Join('\n', found));
    }

    [Fact]
    public void Guide_CallsAMachineAMachine()
    {
        var found = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "guide"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Root, "README.md"))
            .SelectMany(path => CodeOfGuide().Replace(File.ReadAllText(path), "").Split('\n').Select(line => $"{Path.GetFileName(path)}: {line}"))
            .Where(line => !Foreign().IsMatch(line) && CallsItNode(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]));

        Assert.Equal([], found);
    }

    [Theory]
    [InlineData("No node could take it.", true)]
    [InlineData("See the page My nodes.", true)]
    [InlineData("The node's owner has paused it.", true)]
    [InlineData("Which nodes fit, {node.Name}?", true)]
    [InlineData("{node.Name} takes work again.", false)]
    [InlineData("otherthing-node policy set", false)]
    [InlineData("node drain NAME", false)]
    [InlineData("node.config_invalid", false)]
    [InlineData("An n8n workflow, or Node-RED flows", false)]
    public void CallsItNode_TellsTheTwoApart(string text, bool does) => Assert.Equal(does, CallsItNode(text));

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

    /// <summary>What of a file people can come to read: sentences in strings, and what stands between and in the tags of a page.</summary>
    private static IEnumerable<(int Line, string Text)> ReadByPeople(string path)
    {
        var (number, markup) = (0, Path.GetExtension(path) == ".razor");
        foreach (var line in File.ReadLines(path))
        {
            number++;
            markup &= !line.StartsWith("@code", StringComparison.Ordinal);
            if (NotForPeople().IsMatch(line))
            {
                continue;
            }

            var texts = markup
                ? Markup().Matches(line).Select(match => Expressions().Replace(match.Value, ""))
                : Strings().Matches(line).Select(match => match.Value).Where(text => text.Contains(' ', StringComparison.Ordinal) && !Foreign().IsMatch(text));
            foreach (var text in texts)
            {
                yield return (number, text);
            }
        }
    }

    private static bool CallsItNode(string text) => NodeWord().IsMatch(Expressions().Replace(text, ""));

    [GeneratedRegex("""[/\\](obj|bin|Migrations|CompiledModels|node_modules)[/\\]""", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Made();

    [GeneratedRegex(""""(?>(?:[^"\\]+|\\.)*)"|`[^`]*`|'(?>(?:[^'\\]+|\\.)*)'"""", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Texts();

    [GeneratedRegex(
        """^\s*(//|\*|@\*|@using)|LoggerMessage|Message\ =|With(Summary|Description|Name|Tags)\(|RpcException|\[Console|CreateProtector""",
        RegexOptions.IgnorePatternWhitespace, Timeout.Infinite)]
    private static partial Regex NotForPeople();

    [GeneratedRegex(
        @">[^<>]+<|^[^<>@{}]+$|\b(?:Title|Text|Label|title|aria-label|placeholder|alt|HelperText|EmptyTitle|EmptyText)=""[^""]*""", RegexOptions.None,
        Timeout.Infinite)]
    private static partial Regex Markup();

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""|`[^`]*`", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Strings();

    [GeneratedRegex(@"\{[^{}]*\}|@\([^()]*(?:\([^()]*\)[^()]*)*\)|@[\w.]+", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Expressions();

    [GeneratedRegex(@"\bn8n\b|\bNode-RED\b|openssl", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Foreign();

    [GeneratedRegex(@"```.*?```|`[^`\n]*`|\]\([^)]*\)", RegexOptions.Singleline, Timeout.Infinite)]
    private static partial Regex CodeOfGuide();

    // Not the agent's program, a command of the console, a dotted or coded name, a variable, Node-RED.
    [GeneratedRegex(@"(?<![\w.$/-])nodes?\b(?!\w|\.\w|:\S|[=(\[/-])(?!\ (show|drain|resume)\b|\ \||,\ key\b)", RegexOptions.IgnoreCase, Timeout.Infinite)]
    private static partial Regex NodeWord();

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
