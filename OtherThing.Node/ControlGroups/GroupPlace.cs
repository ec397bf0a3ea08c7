using System.Globalization;

namespace OtherThing.Agent.ControlGroups;

/// <summary>Where in the machine's control groups (version 2) this process is, and whether groups for jobs can be made there.</summary>
/// <param name="Base">The group that agent and jobs are to be in, each in one of its own; null when there can be none.</param>
/// <param name="IsInLeaf">Whether this process is in the agent's own already.</param>
/// <param name="Problem">Why there can be none, for people; null when nothing speaks against it.</param>
internal sealed record GroupPlace(string? Base, bool IsInLeaf, string? Problem)
{
    /// <summary>The agent's own group: no process may be in a group that passes controllers on.</summary>
    internal const string Leaf = "otherthing-agent";

    private const string AsService = "Run the agent as a service with Delegate=yes";

    private static readonly string[] s_needed = ["memory", "pids"];

    /// <summary>The group of an agent whose jobs' groups are in that one.</summary>
    internal static string Agent(string place) => Path.Combine(place, Leaf) is var leaf && Directory.Exists(leaf) ? leaf : place;

    /// <summary>Looks, and changes nothing.</summary>
    internal static GroupPlace Find() => OperatingSystem.IsLinux()
        ? Find(ReadLines("/proc/self/mountinfo"), ReadLines("/proc/self/cgroup"), Environment.ProcessId)
        : None("This system has no control groups.");

    /// <inheritdoc cref="Find()"/>
    /// <param name="mounts">As in <c>/proc/PID/mountinfo</c>.</param>
    /// <param name="memberships">As in <c>/proc/PID/cgroup</c>.</param>
    /// <param name="self">The agent's process.</param>
    internal static GroupPlace Find(IEnumerable<string> mounts, IEnumerable<string> memberships, int self)
    {
        if (Own(mounts, memberships) is not { } own)
        {
            return None("There are no control groups of version 2 here.");
        }

        var isInLeaf = Path.GetFileName(own) == Leaf;
        var place = isInLeaf ? Path.GetDirectoryName(own)! : own;
        var has = (GroupFiles.Read(place, GroupFiles.Controllers) ?? "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (s_needed.Except(has).ToArray() is { Length: > 0 } missing)
        {
            return None(
                $"The control group of the agent has no {string.Join(" and no ", missing)} to pass on: {AsService}, on a machine where control groups of "
                    + "version 1 do not have them.");
        }

        if (Strangers(place, self) is var strangers and > 0)
        {
            return None($"{strangers} other processes are in the control group of the agent. {AsService}.");
        }

        return MayWrite(place) is { } refused
            ? None($"The control group of the agent cannot be changed ({refused}): {AsService}.")
            : new GroupPlace(place, isInLeaf, null);
    }

    private static GroupPlace None(string problem) => new(null, false, problem);

    private static string[] ReadLines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];

    /// <summary>The directory of this process's group.</summary>
    private static string? Own(IEnumerable<string> mounts, IEnumerable<string> memberships)
    {
        // "36 35 0:30 /root /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw"
        var mount = mounts.Select(line => line.Split(' '))
            .FirstOrDefault(fields => Array.IndexOf(fields, "-") is > 0 and var at && at + 1 < fields.Length && fields[at + 1] == "cgroup2");
        if (mount is null || memberships.FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?[3..] is not { } path)
        {
            return null;
        }

        // A container may see only a part of them.
        var root = mount[3].TrimEnd('/');
        return path == root || path.StartsWith(root + "/", StringComparison.Ordinal) ? (mount[4] + path[root.Length..]).TrimEnd('/') : null;
    }

    /// <summary>Processes that may not stay when controllers are passed on, and are not ours to move. The first group of all may keep them.</summary>
    private static int Strangers(string place, int self) => GroupFiles.Has(place, GroupFiles.Kind)
        ? (GroupFiles.Read(place, GroupFiles.Processes) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(
            line => line != self.ToString(CultureInfo.InvariantCulture))
        : 0;

    private static string? MayWrite(string place)
    {
        try
        {
            foreach (var name in (string[])[GroupFiles.Processes, GroupFiles.PassedOn])
            {
                File.OpenHandle(Path.Combine(place, name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
            }

            return null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return ex.Message;
        }
    }
}
