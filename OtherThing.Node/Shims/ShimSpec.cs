using System.Text.Json.Serialization;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>Everything a shim needs to run one attempt by itself. Times are milliseconds of the machine's monotonic clock.</summary>
internal sealed record ShimSpec
{
    public required string AttemptId { get; init; }

    /// <summary>The attempt's own directory; its claim, output and exit files lie here.</summary>
    public required string Directory { get; init; }

    public required string Sandbox { get; init; }

    public required IReadOnlyList<string> Argv { get; init; }

    public required IReadOnlyDictionary<string, string> Env { get; init; }

    public byte[] Stdin { get; init; } = [];

    /// <summary>The user and group the job runs as, outside too; null: the agent's own, which is then not root.</summary>
    public uint? User { get; init; }

    /// <summary>Whether the installed bubblewrap can close user namespaces to the job; the filter refuses them in any case.</summary>
    public bool ClosesNamespaces { get; init; }

    /// <summary>Whether it gets a network of its own, which leads out but never to this machine; else there is none in its sandbox.</summary>
    public bool HasNetwork { get; init; }

    /// <summary>Whether that network leads to the private networks around this machine too.</summary>
    public bool ReachesPrivate { get; init; }

    public long MemoryBytes { get; init; }

    public long DiskBytes { get; init; }

    public int MaxProcesses { get; init; }

    public long CpuSeconds { get; init; }

    /// <summary>Thousandths of a core it may be at work on in all, where the system can keep that; 0: any.</summary>
    public ulong CpuMilli { get; init; }

    public IReadOnlyList<int> Cores { get; init; } = [];

    public IReadOnlyList<string> Devices { get; init; } = [];

    public long WallMs { get; init; }

    public int GraceMs { get; init; } = 1_000;

    /// <summary>Descriptors each of its processes may have open; 0: as many as the system gives.</summary>
    public int MaxOpenFiles { get; init; }

    public long LogMaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>What it may print in all before it is stopped, kept or not; 0: any amount.</summary>
    public long OutputMaxBytes { get; init; }

    /// <summary>The control group in which the kernel keeps it to its limits; null: they are counted.</summary>
    public string? ControlGroup { get; init; }

    /// <summary>When the process must be dead unless the lease is renewed; null: losing contact stops nothing.</summary>
    public long? LeaseUntilMs { get; init; }

    [JsonIgnore]
    public string WorkDirectory => Path.Combine(Directory, "work");

    [JsonIgnore]
    public string ScriptDirectory => Path.Combine(Directory, "script");

    /// <summary>Makes the one place that the job may write to, and makes it the job's.</summary>
    internal void CreateWorkDirectory()
    {
        DataDirectory.CreatePrivate(WorkDirectory);
        if (User is { } user)
        {
            FileOwner.Give(WorkDirectory, user, user);
        }
    }
}

/// <summary>The agent's wishes about a running attempt, in the file <c>control</c>; the latest one counts.</summary>
internal sealed record ShimControl
{
    /// <summary>Why it must end; null: it may go on.</summary>
    public string? Kill { get; init; }

    public int? GraceMs { get; init; }

    public long? LeaseUntilMs { get; init; }
}

/// <summary>Who runs an attempt: written before the spawn with exclusive create, so an attempt is never started twice.</summary>
internal sealed record ShimClaim
{
    public required int Pid { get; init; }

    public required ulong StartTime { get; init; }
}

/// <summary>The class of sandbox an attempt got and the network it reaches, in the file <c>walls</c>.</summary>
internal sealed record ShimWalls
{
    public required string Sandbox { get; init; }

    public required string Network { get; init; }

    /// <summary>Whether both are words of this agent: a job without a sandbox can write anything there.</summary>
    [JsonIgnore]
    public bool IsKnown => Sandbox is SandboxClass.Bubblewrap or SandboxClass.Process && Network is NetworkReach.None or NetworkReach.Full or NetworkReach.Host;
}

/// <summary>How an attempt ended, in the file <c>exit</c>.</summary>
internal sealed record ShimExit
{
    public required bool Started { get; init; }

    public int ExitCode { get; init; }

    public int Signal { get; init; }

    public bool TimedOut { get; init; }

    public bool OutOfMemory { get; init; }

    /// <summary>Why the shim ended it before its own end; null when it did not.</summary>
    public string? Killed { get; init; }

    public string? ReasonCode { get; init; }

    public string? Reason { get; init; }

    public long CpuMs { get; init; }

    public long WallMs { get; init; }

    public long MaxResidentBytes { get; init; }

    public LogExtent Stdout { get; init; } = new(0, 0, 0);

    public LogExtent Stderr { get; init; } = new(0, 0, 0);
}

/// <summary>What the file of a stream holds: bytes [0, Head) and then [TailStart, Total) of what was written.</summary>
internal sealed record LogExtent(long Head, long TailStart, long Total);

[JsonSerializable(typeof(ShimSpec))]
[JsonSerializable(typeof(ShimControl))]
[JsonSerializable(typeof(ShimClaim))]
[JsonSerializable(typeof(ShimWalls))]
[JsonSerializable(typeof(ShimExit))]
internal sealed partial class ShimJson : JsonSerializerContext;
