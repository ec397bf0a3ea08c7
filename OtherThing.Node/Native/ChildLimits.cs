using System.Runtime.InteropServices;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Native;

/// <summary>What the kernel keeps a child to, set right after it starts; only Linux can do that from outside.</summary>
internal static unsafe class ChildLimits
{
    private const int PatienceMs = 10_000;
    private const int NoSuchProcess = 3;
    private const int CpuSeconds = 0;
    private const int FileSize = 1;
    private const int Data = 2;
    private const int Core = 4;
    private const int Processes = 6;
    private const int OpenFiles = 7;
    private const int QueuedMessages = 12;

    /// <summary>For the programs that wait on many descriptors by their bits, which have room for so many; who wants more asks for it.</summary>
    private const int UsualOpenFiles = 1024;

    /// <summary>How far over its limit a job's tasks may go before the kernel itself refuses more: enough for it to be seen.</summary>
    private const int TasksOver = 8;

    /// <summary>How far over its limit one file may go before the kernel itself refuses more: enough for it to be seen.</summary>
    private const long FileOver = 1 << 20;

    /// <returns>False when the system does not keep the child to one of them: then it must not go on.</returns>
    internal static bool Apply(int pid, ShimSpec spec)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        PreferAsVictim(pid);
        return As(spec, () =>
        {
            WaitUntilOurs(pid);
            return SetAll(pid, spec);
        });
    }

    /// <summary>
    /// Whoever a process belongs to may always lower its limits. Root may not: in a container it often lacks the right over what others have
    /// (CAP_SYS_RESOURCE), so the thread is the job's user for this.
    /// </summary>
    private static bool As(ShimSpec spec, Func<bool> act)
    {
        try
        {
            return spec.User is { } user ? ThreadUser.Be(user, act) : act();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>
    /// A spawn returns in the middle of the child's exec, when the child may still have root as its saved user: until it has not, whoever
    /// it is going to be can set no limit of it.
    /// </summary>
    private static void WaitUntilOurs(int pid)
    {
        var pair = stackalloc ulong[2];
        var until = Environment.TickCount64 + PatienceMs;
        while (Libc.prlimit(pid, Core, null, pair) != 0 && Marshal.GetLastPInvokeError() == Libc.NotPermitted && Environment.TickCount64 < until)
        {
            Thread.Yield();
        }
    }

    private static bool SetAll(int pid, ShimSpec spec)
    {
        var kept = Set(pid, Core, 0)
            // Private memory, not address space: runtimes reserve far more address space than they use.
            && Set(pid, Data, spec.MemoryBytes)
            // It cannot tell a file on disk from one in memory: the larger limit is for both, and what is beyond the smaller is counted.
            && Set(pid, FileSize, spec.DiskBytes > 0 ? Math.Max(spec.DiskBytes, spec.MemoryBytes) + FileOver : 0)
            && Set(pid, CpuSeconds, spec.CpuSeconds)
            && Set(pid, OpenFiles, spec.MaxOpenFiles, Math.Min(spec.MaxOpenFiles, UsualOpenFiles))
            // Queues of messages lie in the kernel, where nobody counts them.
            && Set(pid, QueuedMessages, 1 << 16);
        var cores = spec.Cores;
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

        return kept;
    }

    /// <summary>When the machine has no memory left, the system ends a job rather than the agent or what its owner works with.</summary>
    private static void PreferAsVictim(int pid)
    {
        try
        {
            File.WriteAllText($"/proc/{pid}/oom_score_adj", "1000");
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // It has ended already, or is not ours to judge: then everything stays as it is.
        }
    }

    /// <summary>For the first process of a sandbox: the kernel counts the tasks of its user in its namespace, so of this job alone.</summary>
    internal static bool ApplyInside(int pid, ShimSpec spec) =>
        As(spec, () => Set(pid, Processes, spec.MaxProcesses > 0 ? spec.MaxProcesses + TasksOver : 0));

    /// <summary>Whether the process is kept to it: by this limit, by a stricter one it has already, or because it has ended.</summary>
    private static bool Set(int pid, int resource, long limit, long? soft = null)
    {
        if (limit <= 0 && resource != Core)
        {
            return true;
        }

        var pair = stackalloc ulong[2];
        pair[0] = (ulong)(soft ?? limit);
        pair[1] = (ulong)limit;
        if (Libc.prlimit(pid, resource, pair, null) == 0)
        {
            return true;
        }

        return Libc.prlimit(pid, resource, null, pair) == 0 ? pair[1] <= (ulong)limit : Marshal.GetLastPInvokeError() == NoSuchProcess;
    }
}
