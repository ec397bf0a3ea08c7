using System.Diagnostics;

namespace OtherThing.Lab.Nodes;

/// <summary>What a process costs without a server: started bare, and inside bubblewrap. What dispatch is measured against.</summary>
internal static class BareStarts
{
    private const string Program = "/bin/true";

    // The walls of a job, without its seccomp filter and its own files.
    private static readonly string[] s_walls =
    [
        "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent",
        "--new-session", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "job", "--disable-userns", "--ro-bind", "/usr", "/usr",
        "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
        "--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/work", "--chdir", "/work",
    ];

    /// <returns>Milliseconds of each start to its end, one after the other.</returns>
    public static Task<List<double>> BareAsync(int count, CancellationToken cancellationToken) => OneByOneAsync(count, Bare, cancellationToken);

    /// <returns>The same inside bubblewrap.</returns>
    public static Task<List<double>> BoxedAsync(int count, CancellationToken cancellationToken) => OneByOneAsync(count, Boxed, cancellationToken);

    /// <returns>Sandboxed starts per second with one loop on each core.</returns>
    public static async Task<double> BoxedPerSecondAsync(int count, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
            async (_, token) => await RunAsync(Boxed(), token));
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static ProcessStartInfo Bare() => new(Program);

    private static ProcessStartInfo Boxed()
    {
        var start = new ProcessStartInfo("bwrap", [.. s_walls, "--", Program]);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        return start;
    }

    private static async Task<List<double>> OneByOneAsync(int count, Func<ProcessStartInfo> start, CancellationToken cancellationToken)
    {
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await RunAsync(start(), cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return times;
    }

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}.");
        }
    }
}
