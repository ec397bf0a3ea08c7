using System.Buffers;
using System.Runtime.Versioning;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

/// <summary>Finds the program of a job in its own PATH, with the endings that Windows takes for programs.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsPrograms
{
    /// <summary>What <c>CreateProcess</c> and <c>cmd</c> can start; others would be opened by whatever program is registered for them.</summary>
    private static readonly string[] s_endings = [".exe", ".com", ".cmd", ".bat"];

    private static readonly SearchValues<char> s_inNoName = SearchValues.Create("\"\0*?<>|");

    internal static string CommandProcessor { get; } = Path.Combine(Environment.SystemDirectory, "cmd.exe");

    internal static string? Resolve(ShimSpec spec)
    {
        var name = spec.Argv[0];
        if (name.AsSpan().IndexOfAny(s_inNoName) >= 0)
        {
            return null;
        }

        if (name.AsSpan().IndexOfAny(@"\/:") >= 0)
        {
            return WithEnding(Path.GetFullPath(name, spec.WorkDirectory));
        }

        // Not the folder the job is in: who lays a file there does not choose what runs.
        var path = spec.Env.FirstOrDefault(pair => pair.Key.Equals("PATH", StringComparison.OrdinalIgnoreCase)).Value ?? "";
        return path.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(folder => folder.Trim('"'))
            .Where(Path.IsPathFullyQualified)
            .Select(folder => WithEnding(Path.Combine(folder, name)))
            .FirstOrDefault(found => found is not null);
    }

    /// <summary>The first of these programs that this machine has; the first of all when it has none.</summary>
    internal static string FirstOf(params ReadOnlySpan<string> names)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var name in names)
        {
            if (path.Split(';', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathFullyQualified).Any(
                folder => WithEnding(Path.Combine(folder, name)) is { } found && new FileInfo(found).Length > 0))
            {
                return name;
            }
        }

        return names[0];
    }

    private static string? WithEnding(string path) =>
        s_endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase) && File.Exists(path)
            ? path
            : s_endings.Select(ending => path + ending).FirstOrDefault(File.Exists);
}
