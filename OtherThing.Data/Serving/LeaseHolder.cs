using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace OtherThing.Data.Serving;

/// <summary>A process that holds the lease or wants it.</summary>
/// <param name="Name">The machine and the process, for people.</param>
/// <param name="Host">The running machine, or the container on it, whose process numbers these are.</param>
/// <param name="ProcessId">The process.</param>
/// <param name="ProcessStart">When the process began, in a unit of its system: tells it from a later one with the same number.</param>
internal sealed record LeaseHolder(string Name, string Host, int ProcessId, long ProcessStart)
{
    public static LeaseHolder ThisProcess { get; } = new(
        $"{Environment.MachineName}, process {Environment.ProcessId}", ThisHost(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>What is known of a process that runs and shows nothing of itself to this account.</summary>
    internal const long Hidden = -1;

    /// <summary>True when it is known to have ended; one on another machine, or of another account that hides it, never is.</summary>
    public bool HasEnded => Host == ThisProcess.Host && StartOf(ProcessId) is var start && start != Hidden && start != ProcessStart;

    private static string ThisHost()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.MachineName;
        }

        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        var processes = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name;
        return $"{Environment.MachineName}/{boot}/{processes}";
    }

    private static long? StartOf(int processId) =>
        OperatingSystem.IsLinux() ? StartByFile(processId, File.ReadAllText) : StartByProcess(processId);

    /// <summary>Of Linux: by what the kernel writes, since <see cref="Process.StartTime"/> is worked out from its clock there and differs from look
    /// to look.</summary>
    /// <returns>Null when there is no such process, or it has ended and only its parent has not noticed.</returns>
    internal static long? StartByFile(int processId, Func<string, string> read)
    {
        try
        {
            // After the name, which may hold anything: the state is the first field, the start the twentieth.
            var text = read($"/proc/{processId}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A machine may be mounted so that other accounts' processes have no file that one may read (hidepid).
            return StartByProcess(processId) is null ? null : Hidden;
        }
    }

    /// <summary>Of Windows and macOS: as the system noted it when the process began.</summary>
    /// <returns>Null when there is no such process; <see cref="Hidden"/> when it is another account's, which both systems keep to themselves.</returns>
    internal static long? StartByProcess(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return null;
        }
        catch (Win32Exception)
        {
            return Hidden;
        }
    }
}
