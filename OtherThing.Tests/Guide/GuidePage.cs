namespace OtherThing.Tests.Guide;

/// <summary>A page of the user guide that is made from the code. <c>eng/guide</c> writes it, the tests compare it.</summary>
internal static class GuidePage
{
    /// <summary>Asserts that the committed page says what the code says.</summary>
    public static void AssertIs(string name, string expected)
    {
        var path = Path.Combine(Root(), "docs", "guide", name);
        if (Environment.GetEnvironmentVariable("OTHERTHING_WRITE_GUIDE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, expected);
        }

        Assert.True(File.Exists(path), $"docs/guide/{name} is missing: run eng/guide.");
        var committed = File.ReadAllText(path).ReplaceLineEndings("\n");
        Assert.True(committed == expected, $"docs/guide/{name} is not what the code says: run eng/guide.");
    }

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OtherThing.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
