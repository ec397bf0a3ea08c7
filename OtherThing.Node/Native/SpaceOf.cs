using System.Buffers.Binary;

namespace OtherThing.Agent.Native;

/// <summary>The room of a file system, in bytes, and how many entries it holds.</summary>
internal readonly record struct SpaceOf(long Total, long Free, long Entries)
{
    internal static unsafe SpaceOf? Folder(Folder folder)
    {
        // struct statvfs on 64 bits: bsize, frsize, blocks, bfree, bavail, files, ffree.
        var buffer = stackalloc byte[256];
        if (Libc.fstatvfs(folder.Descriptor, buffer) != 0)
        {
            return null;
        }

        var fields = new ReadOnlySpan<byte>(buffer, 256);
        long At(ReadOnlySpan<byte> from, int index) => BinaryPrimitives.ReadInt64LittleEndian(from[(index * 8)..]);
        var block = At(fields, 1);
        return new SpaceOf(At(fields, 2) * block, At(fields, 3) * block, At(fields, 5) - At(fields, 6));
    }

    /// <summary>An empty piece of memory with a descriptor and no name; negative when the system has none.</summary>
    internal static unsafe int CreateMemoryFile()
    {
        const uint closeOnExec = 1;
        fixed (byte* name = "probe\0"u8)
        {
            return Libc.memfd_create(name, closeOnExec);
        }
    }
}
