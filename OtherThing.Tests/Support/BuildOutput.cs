namespace OtherThing.Tests.Support;

/// <summary>The build output of the other projects, beside this test's and of the same configuration.</summary>
internal static class BuildOutput
{
    public static string Server => Of("OtherThing.Web");

    public static string Agent => Of("OtherThing.Node");

    /// <summary>Where the source is.</summary>
    public static string Root => Tests.Parent!.Parent!.Parent!.Parent!.FullName;

    // <root>/OtherThing.Tests/bin/<configuration>/net10.0
    private static DirectoryInfo Tests => new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    private static string Of(string project) => Path.Combine(Root, project, "bin", Tests.Parent!.Name, Tests.Name);
}
