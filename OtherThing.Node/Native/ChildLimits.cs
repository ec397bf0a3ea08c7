namespace OtherThing.Agent.Native;

/// <summary>What the kernel keeps a child to, set right after it starts; only Linux can do that from outside.</summary>
internal static unsafe class ChildLimits
{
    private const int CpuSeconds = 0;
    private const int FileSize = 1;
    private const int Data = 2;
    private const int Core = 4;

    internal static void Apply(int pid, long memoryBytes, long diskBytes, long cpuSeconds, IReadOnlyList<int> cores)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Set(pid, Core, 0);
        // Private memory, not address space: runtimes reserve far more address space than they use.
        Set(pid, Data, memoryBytes);
        Set(pid, FileSize, diskBytes);
        Set(pid, CpuSeconds, cpuSeconds);
        if (cores.Count > 0)
        {
            var mask = stackalloc byte[128];
            new Span<byte>(mask, 128).Clear();
            foreach (var core in cores)
            {
                mask[core / 8] |= (byte)(1 << (core % 8));
            }

            _ = Libc.sched_setaffinity(pid, 128, mask);
        }
    }

    private static void Set(int pid, int resource, long limit)
    {
        if (limit > 0 || resource == Core)
        {
            var pair = stackalloc ulong[2];
            pair[0] = pair[1] = (ulong)limit;
            _ = Libc.prlimit(pid, resource, pair, null);
        }
    }
}
