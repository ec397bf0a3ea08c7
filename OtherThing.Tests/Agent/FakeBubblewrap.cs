using OtherThing.Agent.Machine;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Tests.Agent;

/// <summary>Another program in the place of bubblewrap, for one agent or shim alone: in a mount namespace of its own.</summary>
internal static class FakeBubblewrap
{
    /// <summary>A file that nobody can start.</summary>
    internal const string None = "/dev/null";

    internal static bool IsPossible => DataDirectory.IsRoot && Bubblewrap.Find() is not null && File.Exists("/usr/bin/unshare");

    /// <summary>The command that starts the agent there; what the agent is to do follows.</summary>
    internal static string[] Agent(string program) =>
        ["/usr/bin/unshare", "--mount", "sh", "-c", $"mount --bind '{program}' {Bubblewrap.Find()} && exec \"$0\" \"$@\"", AgentBinary.Path];

    /// <summary>Writes such a program, which a job's user may start.</summary>
    internal static string Write(string directory, string text)
    {
        var path = Path.Combine(directory, "bwrap");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
        File.SetUnixFileMode(directory, (UnixFileMode)Convert.ToInt32("711", 8));
        return path;
    }
}
