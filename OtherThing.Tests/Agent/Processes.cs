using System.Globalization;

namespace OtherThing.Tests.Agent;

internal static class Processes
{
    /// <summary>How many processes have the text in their command line.</summary>
    internal static int With(string text) => IdsWith(text).Length;

    /// <summary>The processes that have the text in their command line.</summary>
    internal static int[] IdsWith(string text) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]))
            .Where(path => CommandLine(path).Contains(text, StringComparison.Ordinal))
            .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)),
    ];

    private static string CommandLine(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
