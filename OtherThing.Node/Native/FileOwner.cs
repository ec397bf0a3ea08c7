using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace OtherThing.Agent.Native;

/// <summary>Whose a file is, on Linux.</summary>
internal static unsafe class FileOwner
{
    private const int Here = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    /// <summary>Owner, group and mode of the file itself, not of what a link points to; null when there is none.</summary>
    internal static (uint User, uint Group, uint Mode)? Of(string path)
    {
        var result = stackalloc byte[256];
        fixed (byte* name = FileDescriptor.ToCString(path))
        {
            if (Libc.statx(Here, name, NoFollow, BasicStats, result) != 0)
            {
                return null;
            }
        }

        var bytes = new ReadOnlySpan<byte>(result, 256);
        return (
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]));
    }

    internal static void Give(string path, uint user, uint group)
    {
        fixed (byte* name = FileDescriptor.ToCString(path))
        {
            Check(Libc.chown(name, user, group), path);
        }
    }

    internal static void Give(int fd, uint user, uint group) => Check(Libc.fchown(fd, user, group), "a pipe");

    private static void Check(int result, string what)
    {
        if (result != 0)
        {
            var error = new Win32Exception(Marshal.GetLastPInvokeError());
            throw new UnauthorizedAccessException($"{what} cannot be given to the user of the job: {error.Message}", error);
        }
    }
}
