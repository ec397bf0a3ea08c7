using System.Text.RegularExpressions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Architecture;

/// <summary>Lines that fit on a screen, and folders that fit in a reader's head.</summary>
public sealed partial class SizeTests
{
    private const int Longest = 160;

    /// <summary>Where a text in quotes is as long as this, breaking the line would break the text.</summary>
    private const int LongText = 60;

    private const int MostFiles = 30;

    private static readonly string[] s_projects =
        ["OtherThing.Core", "OtherThing.Data", "OtherThing.Node", "OtherThing.Protocol", "OtherThing.Web", "OtherThing.Lab"];

    [Fact]
    public void Code_EndsBeforeTheEdgeOfTheScreen()
    {
        var files = s_projects.SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*", SearchOption.AllDirectories))
            .Where(file => !Generated().IsMatch(file) && Path.GetExtension(file) is ".cs" or ".razor" or ".css" or ".js").ToList();

        Assert.All([".cs", ".razor", ".css", ".js"], sort => Assert.Contains(files, file => Path.GetExtension(file) == sort));
        Assert.True(files.Count > 1_000, $"{files.Count} files");
        Assert.Equal("", string.Join('\n', files.SelectMany(Long)));
    }

    [Fact]
    public void Folders_HoldNoMoreThanAReaderKeepsInMind()
    {
        var folders = s_projects.Append("OtherThing.Tests")
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*", SearchOption.AllDirectories))
            .Where(file => !Generated().IsMatch(file) && Path.GetExtension(file) is ".cs" or ".razor" or ".css" or ".js")
            .CountBy(file => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!))
            .Where(folder => !folder.Key.Contains($"{Path.DirectorySeparatorChar}data", StringComparison.Ordinal)).ToList();

        Assert.True(folders.Count > 60, $"{folders.Count} folders");
        Assert.Equal("", string.Join('\n', folders.Where(folder => folder.Value > MostFiles).Select(folder => $"{folder.Key} has {folder.Value} files")));
    }

    private static IEnumerable<string> Long(string file)
    {
        var (raw, texts) = (false, Path.GetExtension(file) == ".js" ? TextOfScript() : Text());
        foreach (var (number, line) in File.ReadLines(file).Index())
        {
            var inText = raw;
            raw ^= line.Split("\"\"\"").Length % 2 == 0;
            if (line.Length > Longest && !inText && !raw && !line.Contains("\"\"\"", StringComparison.Ordinal) && !texts.Matches(line).Any(text => text.Length > LongText))
            {
                yield return $"{Path.GetRelativePath(Repository.Root, file)}:{number + 1} has {line.Length} characters";
            }
        }
    }

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Text();

    [GeneratedRegex("""(["'`])(?:(?!\1)[^\\]|\\.)*\1""")]
    private static partial Regex TextOfScript();

    [GeneratedRegex(@"[/\\](?:bin|obj|Migrations|CompiledModels)[/\\]")]
    private static partial Regex Generated();
}
