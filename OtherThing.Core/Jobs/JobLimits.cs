
namespace OtherThing.Core.Jobs;

/// <summary>The limits a job runs under on a node, by the codes under which it says that one of them struck.</summary>
public static class JobLimits
{
    /// <summary>All its processes, shared memory and folders in memory together took more than it may.</summary>
    public const string Memory = "limit.memory";

    /// <summary>It had more processes and threads than it may.</summary>
    public const string Processes = "limit.processes";

    /// <summary>It wrote more to disk than it may.</summary>
    public const string Disk = "limit.disk";

    /// <summary>It printed more than it may in all.</summary>
    public const string Output = "limit.output";

    /// <summary>It ran longer than it may.</summary>
    public const string Time = "limit.time";

    /// <summary>Whether a code names a limit.</summary>
    public static bool IsLimit(string? code) => code is Memory or Processes or Disk or Output or Time;

    /// <summary>The limit that ended an attempt, as its node says it; null when none did. Older agents say it without a code.</summary>
    internal static string? Of(AttemptEvent final) =>
        final.Kind != AttemptEventKind.Finished ? null
        : IsLimit(final.ReasonCode) ? final.ReasonCode
        : final.OutOfMemory ? Memory
        : final.TimedOut ? Time
        : null;
}
