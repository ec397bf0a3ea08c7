using OtherThing.Agent.Platforms;

namespace OtherThing.Agent.Shims;

/// <summary>How to start this program again: the single file, the app host beside it, or the library under <c>dotnet</c>.</summary>
internal sealed record AgentExecutable(string Path, IReadOnlyList<string> Arguments)
{
    private const string Name = "otherthing-node";

    /// <summary>What a shim starts with: nothing of the agent's own environment but where .NET is.</summary>
    internal IReadOnlyList<string> Environment { get; } =
    [
        "DOTNET_gcServer=0", "DOTNET_GCgen0size=0x200000", "DOTNET_EnableDiagnostics=0", "DOTNET_TieredPGO=0",
        .. Platform.Current.ShimVariables.SelectMany(Inherited),
    ];

    internal static AgentExecutable Find()
    {
        var own = System.Environment.ProcessPath;
        if (own is not null && System.IO.Path.GetFileNameWithoutExtension(own) == Name)
        {
            return new AgentExecutable(own, []);
        }

        var host = System.IO.Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? Name + ".exe" : Name);
        var library = System.IO.Path.Combine(AppContext.BaseDirectory, Name + ".dll");
        return File.Exists(host) ? new AgentExecutable(host, [])
            : File.Exists(library) || own is null ? new AgentExecutable(own ?? "dotnet", [library])
            : new AgentExecutable(own, []); // one file, whatever its owner calls it
    }

    private static string[] Inherited(string name) =>
        System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? [$"{name}={value}"] : [];
}
