using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OtherThing.Agent.Sandboxes;

/// <summary>
/// The system calls that no job needs, refused by the kernel itself: what mounts, loads code into the kernel, watches or drives other
/// processes, sets the clock, makes user namespaces, keeps memory where nobody counts it, or reaches kernel interfaces that were broken out of
/// before. A filter of the classic
/// packet language, as <c>bwrap --seccomp</c> reads it: for x64 and arm64, elsewhere there is none and so no sandbox.
/// </summary>
internal static class SeccompFilter
{
    private const int NotPermitted = 1;
    private const int Invalid = 22;
    private const int NoSuchCall = 38;
    private const int NoSuchFamily = 97;

    private const ushort Load = 0x20;
    private const ushort IfEqual = 0x15;
    private const ushort IfGreaterOrEqual = 0x35;
    private const ushort IfAnyBit = 0x45;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7fff0000;
    private const uint KillProcess = 0x80000000;

    // Offsets in struct seccomp_data; of an argument the lower half, which is all that the calls looked into read of it.
    private const uint Number = 0;
    private const uint Processor = 4;
    private const uint Argument0 = 16;
    private const uint Argument1 = 24;

    private const uint NewUserNamespace = 0x10000000;
    private const uint HugePages = 4;
    private const uint ForeignNumbers = 0x40000000;

    // x64, arm64 (-1: it has no such call).
    private static readonly (int X64, int Arm64)[] s_refused =
    [
        (165, 40), (166, 39), (155, 41), (428, 428), (429, 429), (430, 430), (431, 431), (432, 432), (433, 433),
        (442, 442), // mount, umount2, pivot_root, open_tree, move_mount, fs*, mount_setattr
        (248, 217), (249, 218), (250, 219), // add_key, request_key, keyctl
        (321, 280), (298, 241), (323, 282), (425, 425), (426, 426), (427, 427), // bpf, perf_event_open, userfaultfd, io_uring_*
        (246, 104), (320, 294), (175, 105), (313, 273), (176, 106), // kexec_load, kexec_file_load, init_module, finit_module, delete_module
        (310, 270), (311, 271), (438, 438), // process_vm_readv, process_vm_writev, pidfd_getfd
        (304, 265), (308, 268), // open_by_handle_at, setns
        (167, 224), (168, 225), (169, 142), (163, 89), (179, 60), (443, 443), // swapon, swapoff, reboot, acct, quotactl, quotactl_fd
        (164, 170), (227, 112), (305, 266), (159, 171), // settimeofday, clock_settime, clock_adjtime, adjtimex
        (170, 161), (171, 162), (103, 116), (153, 58), (212, 18), (180, 42), // sethostname, setdomainname, syslog, vhangup, lookup_dcookie, nfsservctl
        (172, -1), (173, -1), (134, -1), (156, -1), // iopl, ioperm, uselib, _sysctl
    ];

    // System V's memory, queues and semaphores lie in the kernel, attached or not, where the limits of a job cannot see them; secret memory is
    // seen by nobody at all. To a program it looks like a kernel without them; POSIX has what they are for, and it is counted.
    private static readonly (int X64, int Arm64)[] s_absent =
    [
        (29, 194), (30, 196), (31, 195), // shmget, shmat, shmctl
        (68, 186), (69, 189), (70, 188), (71, 187), // msgget, msgsnd, msgrcv, msgctl
        (64, 190), (65, 193), (220, 192), (66, 191), // semget, semop, semtimedop, semctl
        (447, 447), // memfd_secret
    ];

    // Attach and seize; a debugger may still start what it debugs.
    private static readonly uint[] s_ptrace = [16, 0x4206];

    // TIOCSTI types into somebody's terminal, TIOCLINUX pastes there.
    private static readonly uint[] s_terminal = [0x5412, 0x541c];

    // Plain Linux, its 32-bit and old-kernel faces, and the question which one it is.
    private static readonly uint[] s_personalities = [0, 8, 0x20000, 0x20008, 0xffffffff];

    // Unix, IPv4, IPv6, netlink: others are not kept apart by a network namespace (vsock), or are seldom looked after.
    private static readonly uint[] s_families = [1, 2, 10, 16];

    internal static bool IsAvailable => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    internal static byte[] Program { get; } = Build(RuntimeInformation.ProcessArchitecture == Architecture.Arm64);

    /// <summary>The filter for one of the two processors, instruction by instruction.</summary>
    internal static byte[] Build(bool arm64)
    {
        int Call(int x64, int other) => arm64 ? other : x64;
        var lines = new List<(ushort Code, byte Yes, byte No, uint Value)>
        {
            (Load, 0, 0, Processor),
            (IfEqual, 1, 0, arm64 ? 0xC00000B7 : 0xC000003E),
            (Return, 0, 0, KillProcess),
            (Load, 0, 0, Number),
        };
        if (!arm64)
        {
            lines.Add((IfGreaterOrEqual, 0, 1, ForeignNumbers));
            lines.Add((Return, 0, 0, Errno(NoSuchCall)));
        }

        // glibc then calls clone, whose flags can be looked into.
        Refuse(lines, 435, NoSuchCall);
        RefuseWithBit(lines, Call(56, 220), Argument0, NewUserNamespace, NotPermitted);
        RefuseWithBit(lines, Call(272, 97), Argument0, NewUserNamespace, NotPermitted);
        // A piece of huge pages that is only open is seen by nobody; mapped by its processes they are counted.
        RefuseWithBit(lines, Call(319, 279), Argument1, HugePages, Invalid);
        RefuseIfAny(lines, Call(101, 117), Argument0, s_ptrace);
        RefuseIfAny(lines, Call(16, 29), Argument1, s_terminal);
        AllowOnly(lines, Call(135, 92), s_personalities, NotPermitted);
        AllowOnly(lines, Call(41, 198), s_families, NoSuchFamily);
        AllowOnly(lines, Call(53, 199), s_families, NoSuchFamily);
        foreach (var (x64, other) in s_refused)
        {
            if (Call(x64, other) is >= 0 and var number)
            {
                Refuse(lines, number, NotPermitted);
            }
        }

        foreach (var (x64, other) in s_absent)
        {
            Refuse(lines, Call(x64, other), NoSuchCall);
        }

        lines.Add((Return, 0, 0, Allow));
        return Encode(lines);
    }

    private static uint Errno(int error) => 0x00050000u | (uint)error;

    private static void Refuse(List<(ushort, byte, byte, uint)> lines, int number, int error)
    {
        lines.Add((IfEqual, 0, 1, (uint)number));
        lines.Add((Return, 0, 0, Errno(error)));
    }

    private static void RefuseWithBit(List<(ushort, byte, byte, uint)> lines, int number, uint argument, uint bit, int error)
    {
        lines.Add((IfEqual, 0, 4, (uint)number));
        lines.Add((Load, 0, 0, argument));
        lines.Add((IfAnyBit, 0, 1, bit));
        lines.Add((Return, 0, 0, Errno(error)));
        lines.Add((Return, 0, 0, Allow));
    }

    private static void RefuseIfAny(List<(ushort, byte, byte, uint)> lines, int number, uint argument, uint[] values)
    {
        lines.Add((IfEqual, 0, (byte)(values.Length + 3), (uint)number));
        lines.Add((Load, 0, 0, argument));
        AddChoices(lines, values);
        lines.Add((Return, 0, 0, Allow));
        lines.Add((Return, 0, 0, Errno(NotPermitted)));
    }

    private static void AllowOnly(List<(ushort, byte, byte, uint)> lines, int number, uint[] values, int error)
    {
        lines.Add((IfEqual, 0, (byte)(values.Length + 3), (uint)number));
        lines.Add((Load, 0, 0, Argument0));
        AddChoices(lines, values);
        lines.Add((Return, 0, 0, Errno(error)));
        lines.Add((Return, 0, 0, Allow));
    }

    /// <summary>Skips the line after them when one matches.</summary>
    private static void AddChoices(List<(ushort, byte, byte, uint)> lines, uint[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            lines.Add((IfEqual, (byte)(values.Length - i), 0, values[i]));
        }
    }

    private static byte[] Encode(List<(ushort Code, byte Yes, byte No, uint Value)> lines)
    {
        var program = new byte[lines.Count * 8];
        for (var i = 0; i < lines.Count; i++)
        {
            var at = program.AsSpan(i * 8);
            BinaryPrimitives.WriteUInt16LittleEndian(at, lines[i].Code);
            (at[2], at[3]) = (lines[i].Yes, lines[i].No);
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], lines[i].Value);
        }

        return program;
    }
}
