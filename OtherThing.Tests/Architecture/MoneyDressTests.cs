using System.Text.RegularExpressions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Architecture;

/// <summary>Money is dressed in one place, <c>Money</c>: no page, chip, command, letter or script writes an amount in its own way.</summary>
public sealed partial class MoneyDressTests
{
    private static readonly string[] s_projects = ["OtherThing.Core", "OtherThing.Data", "OtherThing.Node", "OtherThing.Web"];

    [Fact]
    public void Product_WritesAmounts_OnlyByMoney()
    {
        var found = s_projects
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".cs" or ".razor" or ".js" && !Made().IsMatch(path) && Path.GetFileName(path) != "Money.cs")
            .SelectMany(path => File.ReadLines(path).Select((line, at) => (path, line, at)))
            .Where(each => !each.line.TrimStart().StartsWith("//", StringComparison.Ordinal) && OwnDress().IsMatch(each.line))
            .Select(each => $"{Path.GetRelativePath(Repository.Root, each.path)}:{each.at + 1}: {each.line.Trim()}");

        Assert.True(!found.Any(), string.Join('\n', found));
    }

    [Theory]
    [InlineData("run.Cost.ToString(\"C2\")", true)]
    [InlineData("$\"{cost.Cents:0.##} cents\"", true)]
    [InlineData("<span>${money.Dollars}</span>", true)]
    [InlineData("`${(cents / 100).toFixed(2)}`", true)]
    [InlineData("@(_spent / 100m) ¢", true)]
    [InlineData("new Money(units).ToString()", false)]
    [InlineData("[\"cents\"] = Money.CentsOf(run.CostUnits)", false)]
    public void OwnDress_TellsTheTwoApart(string line, bool isOwn) => Assert.Equal(isOwn, OwnDress().IsMatch(line));

    [GeneratedRegex("""[/\\](obj|bin|Migrations|CompiledModels|node_modules)[/\\]""", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Made();

    [GeneratedRegex(
        """¢|ToString\("[Cc]\d?"|\{[^{}]*\w[^{}]*\}\ cents\b|\$\{[^}]*(Dollars|[Cc]ents)|[Dd]ollars[^;]*ToString\(""", RegexOptions.IgnorePatternWhitespace,
        Timeout.Infinite)]
    private static partial Regex OwnDress();
}
