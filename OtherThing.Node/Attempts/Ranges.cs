using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>What a number in an assignment may be, looked at before anybody calculates with it: a server can send any.</summary>
internal static class Ranges
{
    internal const uint LongestWallS = 7 * 86_400;
    internal const uint LongestLeaseS = 86_400;
    internal const long MostLogBytes = 16 << 20;
    internal const uint MostMemoryMb = 1 << 30;
    internal const ulong MostDiskMb = 1UL << 40;
    private const uint MostCpuMilli = 4_096_000;
    private const uint MostPids = 1 << 20;
    private const uint MostGpus = 64;
    private const int MostWords = 4096;
    private const int MostProgramBytes = 2 << 20;

    /// <summary>Null when every number can be worked with.</summary>
    internal static Refusal? Check(Assign assign)
    {
        var limits = assign.Spec.Limits ?? new Limits();
        return Field(assign.Fence, 1, long.MaxValue, "fence")
            ?? Field(assign.LeaseS, 0, LongestLeaseS, "leaseS")
            ?? Field(limits.CpuMilli, 0, MostCpuMilli, "limits.cpuMilli")
            ?? Field(limits.MemoryMb, 0, MostMemoryMb, "limits.memoryMb")
            ?? Field(limits.Pids, 0, MostPids, "limits.pids")
            ?? Field(limits.DiskMb, 0, MostDiskMb, "limits.diskMb")
            ?? Field(limits.WallS, 0, LongestWallS, "limits.wallS")
            ?? Field(limits.Gpus, 0, MostGpus, "limits.gpus")
            ?? Field(limits.VramMb, 0, MostMemoryMb, "limits.vramMb")
            ?? Field((ulong)assign.Spec.Argv.Count, 0, MostWords, "argv")
            ?? Field((ulong)assign.Spec.Env.Count, 0, MostWords, "env")
            ?? Field((ulong)assign.Spec.CalculateSize(), 0, MostProgramBytes + Admission.MaxStdinBytes, "spec");
    }

    /// <summary>A place in a log, or how far a clock is; nothing that is ever counted reaches further.</summary>
    internal static long Count(ulong value) => (long)Math.Min(value, long.MaxValue / 4);

    private static Refusal? Field(ulong value, ulong least, ulong most, string name) =>
        value < least || value > most ? new Refusal("invalid", $"{name}: {value} is not {least} to {most}.") : null;
}
