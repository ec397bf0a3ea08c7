using OtherThing.Tests.Support;

namespace OtherThing.Tests.Guide;

/// <summary>A page of the user guide that is made from the code. <c>eng/guide</c> writes it, the tests compare it.</summary>
internal static class GuidePage
{
    /// <summary>Asserts that the committed page says what the code says.</summary>
    public static void AssertIs(string name, string expected)
    {
        var path = Path.Combine(Repository.Root, "docs", "guide", name);
        if (Environment.GetEnvironmentVariable("OTHERTHING_WRITE_GUIDE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, expected);
        }

        Assert.True(File.Exists(path), $"docs/guide/{name} is missing: run eng/guide.");
        var committed = File.ReadAllText(path).ReplaceLineEndings("\n");
        Assert.True(committed == expected, $"docs/guide/{name} is not what the code says: run eng/guide.");
    }
}
