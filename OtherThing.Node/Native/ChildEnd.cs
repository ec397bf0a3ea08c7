using System.Buffers.Binary;

namespace OtherThing.Agent.Native;

/// <summary>How a child ended and what it used, the children it waited for included.</summary>
internal sealed record ChildExit(int Code, int Signal, long CpuMs, long MaxResidentBytes)
{
    internal static unsafe ChildExit? TryReap(int pid, bool block)
    {
        int status;
        var usage = stackalloc byte[256];
        if (Libc.wait4(pid, &status, block ? 0 : Libc.WaitNoHang, usage) != pid)
        {
            return null;
        }

        var bytes = new ReadOnlySpan<byte>(usage, 256);
        var signal = status & 0x7f;
        var resident = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]);
        return new ChildExit(
            signal == 0 ? (status >> 8) & 0xff : 128 + signal,
            signal,
            Milliseconds(bytes) + Milliseconds(bytes[16..]),
            OperatingSystem.IsMacOS() ? resident : resident * 1024);
    }

    /// <summary>Collects the dead children there are now; false when there are no others left.</summary>
    internal static bool ReapDead() => ReapAny(Libc.WaitNoHang) == 0;

    /// <summary>Waits for every child to die.</summary>
    internal static void ReapAll() => ReapAny(0);

    private static unsafe int ReapAny(int options)
    {
        int status;
        int pid;
        var usage = stackalloc byte[256];
        while ((pid = Libc.wait4(-1, &status, options, usage)) > 0)
        {
        }

        return pid;
    }

    private static long Milliseconds(ReadOnlySpan<byte> time) =>
        (BinaryPrimitives.ReadInt64LittleEndian(time) * 1000) + (BinaryPrimitives.ReadInt32LittleEndian(time[8..]) / 1000);
}

/// <summary>Tells when a child ends: by a descriptor where the system has one, else by looking often.</summary>
internal sealed class ChildEnd(int pid) : IDisposable
{
    private const int PidfdOpen = 434;
    private const int LookEveryMs = 10;

    internal int Descriptor { get; } = OperatingSystem.IsLinux() ? (int)Libc.syscall(PidfdOpen, pid, 0) : -1;

    internal int PollTimeout(int wanted) => Descriptor >= 0 ? wanted : Math.Min(wanted, LookEveryMs);

    internal ChildExit? TryReap() => ChildExit.TryReap(pid, block: false);

    public void Dispose() => FileDescriptor.Close(Descriptor);
}
