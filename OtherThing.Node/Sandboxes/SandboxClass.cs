namespace OtherThing.Agent.Sandboxes;

/// <summary>How far a job is kept from the machine, by the names the server knows.</summary>
internal static class SandboxClass
{
    /// <summary>Namespaces, empty environment, read-only system, private /tmp and /proc, no network unless allowed.</summary>
    internal const string Bubblewrap = "bubblewrap";

    /// <summary>No walls: only limits, a fresh directory and a sure end.</summary>
    internal const string Process = "process";

    /// <summary>Whether <paramref name="actual"/> isolates at least as much as <paramref name="wanted"/> (empty: anything).</summary>
    internal static bool Satisfies(string actual, string wanted) =>
        wanted is "" or Process || actual == wanted || actual == Bubblewrap;
}
