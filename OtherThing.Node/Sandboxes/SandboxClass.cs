namespace OtherThing.Agent.Sandboxes;

/// <summary>How far a job is kept from the machine, by the names the server knows.</summary>
internal static class SandboxClass
{
    /// <summary>Namespaces, empty environment, read-only system, private /tmp and /proc, no network unless allowed.</summary>
    internal const string Bubblewrap = "bubblewrap";

    /// <summary>No walls: only limits, a fresh directory and a sure end.</summary>
    internal const string Process = "process";

    /// <summary>Whether a job of the class runs inside bubblewrap. A class that nobody here can give is never taken for "without walls".</summary>
    /// <exception cref="ArgumentException">It is none that this agent runs.</exception>
    internal static bool IsBoxed(string sandbox) => sandbox switch
    {
        Bubblewrap => true,
        Process => false,
        _ => throw new ArgumentException($"'{sandbox}' is no sandbox class that jobs can run in here.", nameof(sandbox)),
    };

    // Weakest first.
    private static readonly string[] s_order = [Process, "jobobject", "container", Bubblewrap];

    /// <summary>Whether <paramref name="actual"/> isolates at least as much as <paramref name="wanted"/>; empty wants nothing, an unknown word what
    /// nobody has.</summary>
    internal static bool Satisfies(string actual, string wanted) =>
        wanted.Length == 0 || (Array.IndexOf(s_order, wanted) is >= 0 and var least && Array.IndexOf(s_order, actual) >= least);
}
