using System.Text.RegularExpressions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Architecture;

public sealed partial class BrowserWaitTests
{
    /// <summary>
    /// Playwright's waits for an address look at it first and listen for the next one afterwards: a page that goes there in between is waited for
    /// until the limit. An assertion of the address looks again and again.
    /// </summary>
    [Fact]
    public void Tests_WaitForAnAddress_ByAnAssertion()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "OtherThing.Tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).ToList();

        Assert.Contains(files, file => Path.GetFileName(file) == "HistoryPagesTests.cs");
        Assert.Empty(files.Where(file => MissesOne().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName));
    }

    [GeneratedRegex(@"\.(WaitForURLAsync|WaitForNavigationAsync|RunAndWaitForNavigationAsync)\(")]
    private static partial Regex MissesOne();
}
