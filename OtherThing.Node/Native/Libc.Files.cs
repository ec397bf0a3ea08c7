using System.Runtime.InteropServices;

namespace OtherThing.Agent.Native;

/// <summary>The calls that work on files by descriptor and raw name: what a job made may have any name, and be reached by no path.</summary>
internal static unsafe partial class Libc
{
    internal const int NotPermitted = 1;
    internal const int NoEntry = 2;
    internal const int AccessDenied = 13;
    internal const int Busy = 16;
    internal const int CrossDevice = 18;
    internal const int NotADirectory = 20;
    internal const int IsADirectory = 21;
    internal const int NotImplemented = 38;
    internal const int NotEmpty = 39;
    internal const int TooManyLinks = 40;

    internal const int AtCurrent = -100;
    internal const int AtRemoveDirectory = 0x200;
    internal const int AtNoFollow = 0x100;
    internal const int AtEmptyPath = 0x1000;

    internal const int OpenNonBlock = 0x800;
    internal const int OpenCloseOnExec = 0x80000;
    internal const int OpenPath = 0x200000;

    // These two are numbered differently on ARM.
    internal static readonly int OpenDirectory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    internal static readonly int OpenNoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int openat(int directory, byte* path, int flags, int mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int unlinkat(int directory, byte* path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int renameat(int fromDirectory, byte* from, int toDirectory, byte* to);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fchmod(int fd, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int chmod(byte* path, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint getdents64(int fd, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int statx(int directory, byte* path, int flags, uint mask, void* result);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial long lseek(int fd, long offset, int whence);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, void* argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fstatvfs(int fd, void* result);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int memfd_create(byte* name, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int umount2(byte* path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint syscall(nint number, nint a, nint b, nint c, nint d);
}
