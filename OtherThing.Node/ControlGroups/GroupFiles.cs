using System.Globalization;
using System.Text;

namespace OtherThing.Agent.ControlGroups;

/// <summary>The files of a control group of version 2, through which it is read and told.</summary>
internal static class GroupFiles
{
    internal const string Processes = "cgroup.procs";
    internal const string Controllers = "cgroup.controllers";
    internal const string PassedOn = "cgroup.subtree_control";

    /// <summary>Every group but the first of all has it.</summary>
    internal const string Kind = "cgroup.type";

    internal static bool Has(string group, string name) => File.Exists(Path.Combine(group, name));

    /// <summary>Null when there is no such file, or no such group any more.</summary>
    internal static string? Read(string group, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(group, name));
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The number beside a word, one of each on a line; 0 when the word is not there.</summary>
    internal static long Count(string group, string name, string word)
    {
        foreach (var line in (Read(group, name) ?? "").AsSpan().EnumerateLines())
        {
            var gap = line.IndexOf(' ');
            if (gap > 0 && line[..gap].SequenceEqual(word) && long.TryParse(line[(gap + 1)..], CultureInfo.InvariantCulture, out var count))
            {
                return count;
            }
        }

        return 0;
    }

    /// <exception cref="IOException">The kernel does not take it, or there is no such file: it is never made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this user to write.</exception>
    internal static void Write(string group, string name, string text)
    {
        using var file = File.OpenHandle(Path.Combine(group, name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(text), 0);
    }
}
