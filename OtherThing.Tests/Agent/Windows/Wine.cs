using System.Diagnostics;

namespace OtherThing.Tests.Agent;

/// <summary>Runs programs of Windows, with a system folder of its own and no screen.</summary>
internal sealed class Wine(string prefix)
{
    internal const string Missing = "wine64 is not installed on this machine";

    /// <summary>Null where it is not installed.</summary>
    internal static string? Loader { get; } = Find("wine64");

    private static readonly string s_server = Find("wineserver") ?? "";

    /// <summary>What a path is called inside.</summary>
    internal static string Inside(string path) => "Z:" + path.Replace('/', '\\');

    /// <summary>Starts a program.</summary>
    /// <param name="output">The file that takes what it prints. A pipe would never end: what serves all of Windows inherits it.</param>
    /// <param name="program">Its path on this machine.</param>
    /// <param name="arguments">Its words.</param>
    internal Process Start(string output, string program, params IEnumerable<string> arguments) => Run(output, Loader!, [Inside(program), .. arguments]);

    /// <summary>What it printed, and its exit code.</summary>
    internal async Task<(string Said, int ExitCode)> AskAsync(string program, params IEnumerable<string> arguments)
    {
        var output = Path.Combine(prefix, Path.GetRandomFileName());
        using var process = Start(output, program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken), process.ExitCode);
    }

    /// <summary>What the registry has at a place.</summary>
    internal async Task<string> QueryAsync(string place)
    {
        var output = Path.Combine(prefix, Path.GetRandomFileName());
        using var process = Run(output, Loader!, ["reg", "query", place]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
    }

    /// <summary>Makes the system folder, of a Windows that .NET knows.</summary>
    internal async Task MakeAsync()
    {
        Directory.CreateDirectory(prefix);
        string[][] steps = [["wineboot", "--init"], ["reg", "add", @"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"]];
        foreach (var step in steps)
        {
            using var process = Run("/dev/null", Loader!, step);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
        }

        // What serves all of Windows was started with the first step and has its settings: the next program starts it anew.
        await EndAsync();
    }

    /// <summary>Ends everything that runs in that system folder, and nothing else.</summary>
    internal async Task EndAsync()
    {
        foreach (var option in (string[])["-k", "-w"])
        {
            using var end = Run("/dev/null", s_server, [option]);
            await end.WaitForExitAsync(CancellationToken.None);
        }
    }

    private Process Run(string output, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >>\"$OUTPUT\" 2>&1 </dev/null", "sh", program, .. arguments]);
        start.Environment["OUTPUT"] = output;
        start.Environment["WINEPREFIX"] = prefix;
        start.Environment["WINEDEBUG"] = "-all";
        start.Environment["WINESERVER"] = s_server;
        // No browser and no entries in anybody's menus, and no offer to fetch another .NET. Programs need its loader all the same.
        start.Environment["WINEDLLOVERRIDES"] = arguments.First() == "wineboot" ? "mscoree,mshtml,winemenubuilder.exe=" : "mshtml,winemenubuilder.exe=";
        start.Environment.Remove("DISPLAY");
        start.Environment.Remove("WAYLAND_DISPLAY");
        return Process.Start(start)!;
    }

    private static string? Find(string name) =>
        new[] { "/usr/lib/wine", "/usr/bin", "/opt/wine-stable/bin" }.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
