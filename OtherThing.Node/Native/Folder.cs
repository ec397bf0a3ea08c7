using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OtherThing.Agent.Native;

/// <summary>A name in a folder, zero-terminated and byte for byte, and whether it is a folder itself (null: the file system does not say).</summary>
internal readonly record struct FolderEntry(byte[] Name, bool? IsFolder);

/// <summary>A folder by its descriptor: what is in it is reached by name from here, never by a path that somebody could bend.</summary>
internal sealed unsafe class Folder : IDisposable
{
    private const int BufferBytes = 32 * 1024;
    private const byte KindUnknown = 0;
    private const byte KindFolder = 4;
    private const int OpenAt2 = 437;
    private const ulong NoCrossing = 0x01;
    private const ulong NoMagicLinks = 0x02;
    private const ulong NoLinks = 0x04;
    private static bool s_hasOpenAt2 = true;
    private readonly byte[] _buffer = new byte[BufferBytes];

    private Folder(int descriptor) => Descriptor = descriptor;

    internal int Descriptor { get; }

    /// <summary>Opens a place of our own choosing; <paramref name="follow"/>: also when it is a link.</summary>
    internal static Folder? Open(string path, bool follow = false)
    {
        fixed (byte* name = FileDescriptor.ToCString(path))
        {
            var fd = Libc.openat(Libc.AtCurrent, name, Libc.OpenDirectory | Libc.OpenCloseOnExec | (follow ? 0 : Libc.OpenNoFollow), 0);
            return fd < 0 ? null : new Folder(fd);
        }
    }

    /// <summary>Opens a folder, never through a link, and never one that another file system or a bound folder is mounted on.</summary>
    /// <param name="directory">Where the name is to be found.</param>
    /// <param name="name">Zero-terminated.</param>
    /// <param name="error">The system's number when it does not open; 18 (EXDEV) for a mount.</param>
    internal static Folder? Open(int directory, byte[] name, out int error)
    {
        fixed (byte* path = name)
        {
            var fd = OpenHere(directory, path, Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
            error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
            return fd < 0 ? null : new Folder(fd);
        }
    }

    /// <summary>Makes a folder its owner's to read and change, whatever rights it was left with.</summary>
    internal static bool Unlock(int directory, byte[] name)
    {
        fixed (byte* path = name)
        {
            var fd = Libc.openat(directory, path, Libc.OpenPath | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0);
            if (fd < 0)
            {
                return false;
            }

            fixed (byte* self = FileDescriptor.ToCString($"/proc/self/fd/{fd}"))
            {
                var done = Libc.chmod(self, 0b111_000_000) == 0;
                FileDescriptor.Close(fd);
                return done;
            }
        }
    }

    /// <summary>Gives a folder of ours its rights back, if somebody took them.</summary>
    internal static void Reclaim(string path)
    {
        if (OperatingSystem.IsLinux() && Libc.geteuid() != 0)
        {
            Unlock(Libc.AtCurrent, FileDescriptor.ToCString(path));
        }
    }

    internal void Unlock() => _ = Libc.fchmod(Descriptor, 0b111_000_000);

    /// <summary>The next handful of entries; none at the end. Entries that come or go meanwhile may or may not be among them.</summary>
    internal IReadOnlyList<FolderEntry> ReadSome()
    {
        while (true)
        {
            nint count;
            fixed (byte* start = _buffer)
            {
                count = Libc.getdents64(Descriptor, start, BufferBytes);
            }

            if (count <= 0)
            {
                return [];
            }

            var entries = Parse(_buffer.AsSpan(0, (int)count));
            if (entries.Count > 0)
            {
                return entries;
            }
        }
    }

    /// <summary>Starts reading again from the first entry.</summary>
    internal void Rewind() => _ = Libc.lseek(Descriptor, 0, 0);

    public void Dispose() => FileDescriptor.Close(Descriptor);

    private static int OpenHere(int directory, byte* path, int flags)
    {
        if (s_hasOpenAt2)
        {
            var how = stackalloc ulong[3] { (ulong)flags, 0, NoCrossing | NoMagicLinks | NoLinks };
            var fd = (int)Libc.syscall(OpenAt2, directory, (nint)path, (nint)how, 3 * sizeof(ulong));
            if (fd >= 0 || Marshal.GetLastPInvokeError() != Libc.NotImplemented)
            {
                return fd;
            }

            s_hasOpenAt2 = false;
        }

        // A kernel before 5.6: then at least no other file system.
        var plain = Libc.openat(directory, path, flags, 0);
        if (plain >= 0 && FileFacts.Of(plain)?.Device != FileFacts.Of(directory)?.Device)
        {
            FileDescriptor.Close(plain);
            Marshal.SetLastPInvokeError(Libc.CrossDevice);
            return -1;
        }

        return plain;
    }

    // struct linux_dirent64: inode 8, offset 8, length 2, kind 1, name.
    private static List<FolderEntry> Parse(ReadOnlySpan<byte> bytes)
    {
        var entries = new List<FolderEntry>();
        while (bytes.Length > 0)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]);
            var kind = bytes[18];
            var name = bytes[19..length];
            name = name[..(name.IndexOf((byte)0) + 1)];
            if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
            {
                entries.Add(new FolderEntry(name.ToArray(), kind == KindUnknown ? null : kind == KindFolder));
            }

            bytes = bytes[length..];
        }

        return entries;
    }
}
