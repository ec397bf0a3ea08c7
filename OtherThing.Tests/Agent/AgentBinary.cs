namespace OtherThing.Tests.Agent;

/// <summary>The agent as it was built, beside its own libraries; the copy beside the tests lacks what ASP.NET brings them.</summary>
internal static class AgentBinary
{
    internal static string Path { get; } = Find();

    private static string Find()
    {
        // .../OtherThing.Tests/bin/Debug/net10.0/ -> .../OtherThing.Node/bin/Debug/net10.0/
        var own = AppContext.BaseDirectory;
        var at = own.LastIndexOf("OtherThing.Tests", StringComparison.Ordinal);
        return System.IO.Path.Combine(own[..at] + "OtherThing.Node" + own[(at + "OtherThing.Tests".Length)..], "otherthing-node");
    }
}
