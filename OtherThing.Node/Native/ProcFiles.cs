using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace OtherThing.Agent.Native;

/// <summary>What one process holds of the machine's memory by its own mappings, in bytes, and how many threads it has.</summary>
internal readonly record struct ProcessUse(long Private, long Shared, int Threads);

/// <summary>
/// A <c>/proc</c> and what it says of processes: the machine's own, or the one inside a sandbox, which holds the job's processes and no
/// others. What has ended meanwhile reads as nothing.
/// </summary>
internal sealed unsafe class ProcFiles(string root) : IDisposable
{
    private byte[] _buffer = new byte[16 * 1024];
    private Folder? _anchor;

    /// <summary>The one that a process in a sandbox sees, wherever it is mounted for it; null when it has none of its own yet, or is gone.</summary>
    internal static ProcFiles? SeenBy(int pid)
    {
        // By descriptor: the number of a process that ended may be somebody else's a moment later.
        var anchor = Folder.Open($"/proc/{pid}/root/proc", follow: true);
        // Until its sandbox stands it sees the machine's, with everybody's processes, and for a moment an empty folder.
        if (anchor is null
            || FileFacts.Of(anchor.Descriptor, "1\0"u8) is null
            || FileFacts.Of(anchor.Descriptor)?.Device == FileFacts.Of(Libc.AtCurrent, "/proc\0"u8, follow: true)?.Device)
        {
            anchor?.Dispose();
            return null;
        }

        return new ProcFiles($"/proc/self/fd/{anchor.Descriptor}") { _anchor = anchor };
    }

    /// <summary>A descriptor of a namespace that a process is in; -1 when there is none, or it is not for us to see.</summary>
    internal static int OpenNamespace(int pid, string kind)
    {
        fixed (byte* path = FileDescriptor.ToCString($"/proc/{pid}/ns/{kind}"))
        {
            return Libc.openat(Libc.AtCurrent, path, Libc.OpenCloseOnExec, 0);
        }
    }

    internal List<int> Processes()
    {
        var pids = new List<int>();
        using var folder = Folder.Open(root, follow: true);
        while (folder?.ReadSome() is { Count: > 0 } some)
        {
            foreach (var entry in some)
            {
                if (Utf8Parser.TryParse(entry.Name, out int pid, out var read) && read == entry.Name.Length - 1)
                {
                    pids.Add(pid);
                }
            }
        }

        return pids;
    }

    internal ProcessUse? Use(int pid)
    {
        var status = Read($"{root}/{pid}/status");
        return status.IsEmpty ? null : new ProcessUse(
            (Field(status, "RssAnon:"u8) + Field(status, "VmSwap:"u8) + Field(status, "HugetlbPages:"u8)) * 1024,
            Field(status, "RssShmem:"u8) * 1024,
            (int)Field(status, "Threads:"u8));
    }

    /// <summary>The same, with every page that several processes share counted once: exact, and dear.</summary>
    internal (long Private, long Shared) Proportional(int pid)
    {
        var rollup = Read($"{root}/{pid}/smaps_rollup");
        // Huge pages have no share of each process: shared ones count in all who have them.
        var huge = Field(rollup, "Private_Hugetlb:"u8) + Field(rollup, "Shared_Hugetlb:"u8);
        return ((Field(rollup, "Pss_Anon:"u8) + Field(rollup, "SwapPss:"u8) + huge) * 1024, Field(rollup, "Pss_Shmem:"u8) * 1024);
    }

    /// <summary>Of the open files of a process: what each is. Follows to files that have no name any more.</summary>
    internal void EachOpenFile(int pid, Action<FileFacts> look)
    {
        using var folder = Folder.Open($"{root}/{pid}/fd", follow: true);
        while (folder?.ReadSome() is { Count: > 0 } some)
        {
            foreach (var entry in some)
            {
                if (FileFacts.Of(folder.Descriptor, entry.Name, follow: true) is { IsFile: true } facts)
                {
                    look(facts);
                }
            }
        }
    }

    /// <summary>Of the mappings of a process: device, number and length of what is mapped, and the file itself where it may be looked at.</summary>
    internal void EachMapping(int pid, Action<Mapping> look)
    {
        var maps = Encoding.Latin1.GetString(Read($"{root}/{pid}/maps"));
        foreach (var line in maps.AsSpan().EnumerateLines())
        {
            // "start-end rights offset major:minor inode name": memory without a file has inode 0.
            var fields = new Range[6];
            if (line.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries) < 6 || line[fields[4]] is "0")
            {
                continue;
            }

            var range = line[fields[0]];
            var device = line[fields[3]];
            if (TryHex(range[..range.IndexOf('-')], out var start) && TryHex(range[(range.IndexOf('-') + 1)..], out var end)
                && TryHex(device[..device.IndexOf(':')], out var major) && TryHex(device[(device.IndexOf(':') + 1)..], out var minor)
                && ulong.TryParse(line[fields[4]], CultureInfo.InvariantCulture, out var node))
            {
                var deleted = line.EndsWith(" (deleted)", StringComparison.Ordinal);
                look(new Mapping(((uint)major, (uint)minor), node, (long)(end - start), deleted, $"{root}/{pid}/map_files/{range}"));
            }
        }
    }

    public void Dispose() => _anchor?.Dispose();

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static long Field(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var at = text.IndexOf(name);
        if (at < 0)
        {
            return 0;
        }

        return Utf8Parser.TryParse(text[(at + name.Length)..].TrimStart(" \t"u8), out long value, out _) ? value : 0;
    }

    private ReadOnlySpan<byte> Read(string path)
    {
        int fd;
        fixed (byte* name = FileDescriptor.ToCString(path))
        {
            fd = Libc.openat(Libc.AtCurrent, name, Libc.OpenCloseOnExec, 0);
        }

        if (fd < 0)
        {
            return [];
        }

        var length = 0;
        while (FileDescriptor.Read(fd, _buffer.AsSpan(length)) is > 0 and var count)
        {
            length += count;
            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }

        FileDescriptor.Close(fd);
        return _buffer.AsSpan(0, length);
    }
}

/// <summary>A file or a shared piece of memory that a process has mapped.</summary>
/// <param name="Device">Where it lies.</param>
/// <param name="Node">Its number there.</param>
/// <param name="Length">How much of it is mapped here, in bytes, used or not.</param>
/// <param name="IsDeleted">Whether it has no name any more.</param>
/// <param name="Link">A way to the file itself, for who may follow it.</param>
internal readonly record struct Mapping((uint Major, uint Minor) Device, ulong Node, long Length, bool IsDeleted, string Link)
{
    /// <summary>Null where the system does not let us look.</summary>
    internal FileFacts? File => FileFacts.Of(Libc.AtCurrent, FileDescriptor.ToCString(Link), follow: true);
}
