using System.Globalization;

namespace OtherThing.Agent.Native;

/// <summary>One line of the process table. The start time, in clock ticks since boot, names a process for good together with its id.</summary>
internal readonly record struct ProcessEntry(int Pid, int ParentPid, ulong StartTime, long ResidentBytes, bool IsZombie);

/// <summary>Reads <c>/proc</c>. On other systems it sees single processes only, through .NET.</summary>
internal static class ProcessTable
{
    internal static ProcessEntry? Find(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            return ReadStat($"/proc/{pid}/stat");
        }

        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return new ProcessEntry(pid, 0, (ulong)process.StartTime.ToUniversalTime().Ticks, process.WorkingSet64, process.HasExited);
        }
        catch (Exception ex) when (ex is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Whether exactly this process, not a later one with its number, is alive.</summary>
    internal static bool IsAlive(int pid, ulong startTime) =>
        Find(pid) is { IsZombie: false } entry && entry.StartTime == startTime;

    /// <summary>All processes below <paramref name="root"/>, parents before children, without zombies.</summary>
    internal static List<ProcessEntry> Descendants(int root)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var children = Directory.EnumerateDirectories("/proc")
            .Where(path => char.IsAsciiDigit(path[6]))
            .Select(path => ReadStat(path + "/stat"))
            .OfType<ProcessEntry>()
            .ToLookup(entry => entry.ParentPid);
        var found = new List<ProcessEntry>(children[root]);
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i].Pid]);
        }

        found.RemoveAll(entry => entry.IsZombie);
        return found;
    }

    private static ProcessEntry? ReadStat(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // "pid (name) state ppid ...": the name may hold spaces and parentheses, so count from the last one.
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.LastIndexOf(')');
        if (open < 0 || close < open)
        {
            return null;
        }

        var fields = text[(close + 2)..].Split(' ');
        return new ProcessEntry(
            int.Parse(text[..(open - 1)], CultureInfo.InvariantCulture),
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            ulong.Parse(fields[19], CultureInfo.InvariantCulture),
            long.Parse(fields[21], CultureInfo.InvariantCulture) * System.Environment.SystemPageSize,
            fields[0] is "Z" or "X");
    }
}
