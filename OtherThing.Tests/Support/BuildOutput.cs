namespace OtherThing.Tests.Support;

/// <summary>The build output of the other projects, beside this test's and of the same configuration.</summary>
internal static class BuildOutput
{
    public static string Server => Of("OtherThing.Web");

    public static string Agent => Of("OtherThing.Node");

    private static string Of(string project)
    {
        // <root>/OtherThing.Tests/bin/<configuration>/net10.0
        var tests = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = tests.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, project, "bin", tests.Parent.Name, tests.Name);
    }
}
