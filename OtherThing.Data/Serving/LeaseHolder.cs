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

    /// <summary>True when it is known to have ended; one on another machine never is.</summary>
    public bool HasEnded => Host == ThisProcess.Host && StartOf(ProcessId) != ProcessStart;

    private static string ThisHost() => OperatingSystem.IsLinux()
        ? $"{Environment.MachineName}/{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}/{File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name}"
        : Environment.MachineName;

    /// <summary>Null when there is no such process, or it has ended and only its parent has not noticed.</summary>
    private static long? StartOf(int processId)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(processId);
                return process.StartTime.ToUniversalTime().Ticks;
            }

            // After the name, which may hold anything: the state is the first field, the start the twentieth.
            var text = File.ReadAllText($"/proc/{processId}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
