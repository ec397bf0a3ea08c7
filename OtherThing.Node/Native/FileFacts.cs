using System.Buffers.Binary;

namespace OtherThing.Agent.Native;

/// <summary>What the system says of a file without opening it, links not followed unless asked.</summary>
/// <param name="Mode">Type and rights, as in <c>st_mode</c>.</param>
/// <param name="Links">How many names it has; 0 when it was deleted and somebody still has it open.</param>
/// <param name="Device">Of the file system that holds it.</param>
/// <param name="Node">Its number there.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Used">The bytes it takes there, holes left out.</param>
internal readonly record struct FileFacts(int Mode, uint Links, (uint Major, uint Minor) Device, ulong Node, long Size, long Used)
{
    private const int TypeMask = 0xf000;
    private const uint BasicStats = 0x7ff;

    internal bool IsFolder => (Mode & TypeMask) == 0x4000;

    internal bool IsFile => (Mode & TypeMask) == 0x8000;

    internal static unsafe FileFacts? Of(int directory, ReadOnlySpan<byte> name, bool follow = false)
    {
        var buffer = stackalloc byte[256];
        fixed (byte* path = name)
        {
            return Libc.statx(directory, path, follow ? 0 : Libc.AtNoFollow, BasicStats, buffer) == 0 ? Read(new ReadOnlySpan<byte>(buffer, 256)) : null;
        }
    }

    internal static unsafe FileFacts? Of(int descriptor)
    {
        var buffer = stackalloc byte[256];
        var empty = stackalloc byte[1];
        *empty = 0;
        return Libc.statx(descriptor, empty, Libc.AtEmptyPath, BasicStats, buffer) == 0 ? Read(new ReadOnlySpan<byte>(buffer, 256)) : null;
    }

    /// <summary>Opens a plain file for reading; null when it is none: a pipe or a link in its place must hold up nobody.</summary>
    internal static unsafe Microsoft.Win32.SafeHandles.SafeFileHandle? OpenFile(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.Exists(path) ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
        }

        int fd;
        fixed (byte* name = FileDescriptor.ToCString(path))
        {
            fd = Libc.openat(Libc.AtCurrent, name, Libc.OpenNoFollow | Libc.OpenNonBlock | Libc.OpenCloseOnExec, 0);
        }

        if (fd >= 0 && Of(fd) is { IsFile: true })
        {
            return new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true);
        }

        FileDescriptor.Close(fd);
        return null;
    }

    // struct statx: the layout is the same on every architecture.
    private static FileFacts Read(ReadOnlySpan<byte> stat) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(stat[28..]),
        BinaryPrimitives.ReadUInt32LittleEndian(stat[16..]),
        (BinaryPrimitives.ReadUInt32LittleEndian(stat[136..]), BinaryPrimitives.ReadUInt32LittleEndian(stat[140..])),
        BinaryPrimitives.ReadUInt64LittleEndian(stat[32..]),
        (long)BinaryPrimitives.ReadUInt64LittleEndian(stat[40..]),
        (long)BinaryPrimitives.ReadUInt64LittleEndian(stat[48..]) * 512);
}
