namespace OtherThing.Core.Nodes;

/// <summary>How far nodes keep jobs from the machine, and from each other, by the words of the wire.</summary>
public static class SandboxClasses
{
    /// <summary>No job runs there: no sandbox works and its owner asks for one.</summary>
    public const string None = "none";

    /// <summary>No wall: a job can do what a user of the machine can.</summary>
    public const string Process = "process";

    /// <summary>Namespaces, filtered system calls, a user of its own.</summary>
    public const string Bubblewrap = "bubblewrap";

    /// <summary>The classes, weakest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Process, "jobobject", "container", Bubblewrap];

    /// <summary>What a workspace can ask for.</summary>
    public static IReadOnlyList<string> Minima { get; } = [Process, "container", Bubblewrap];

    /// <summary>Whether one class keeps apart at least as well as another.</summary>
    /// <param name="actual">The class there is.</param>
    /// <param name="least">The class that is asked for; null asks for none.</param>
    public static bool Satisfies(string actual, string? least) => least is null or Process || Rank(actual) >= Rank(least);

    /// <summary>The class in words, for people.</summary>
    public static string Words(string actual) => actual switch
    {
        Bubblewrap => "sandbox: bubblewrap",
        "container" => "sandbox: container",
        "jobobject" => "sandbox: job object",
        None => "no sandbox: no job runs",
        _ => "no sandbox: jobs run as plain processes",
    };

    private static int Rank(string name)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
