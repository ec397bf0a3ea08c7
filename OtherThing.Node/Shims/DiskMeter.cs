using OtherThing.Agent.Native;

namespace OtherThing.Agent.Shims;

/// <summary>Bytes of a directory, up to a little more than enough, and whether that is all of it: see <see cref="TreeSize.Of"/>.</summary>
internal delegate (long Bytes, bool Whole) TreeCount(string path, long enough, CancellationToken cancellationToken);

/// <summary>How much of the disk a job holds: what is in its directory, and files without a name that it still has open or mapped.</summary>
/// <param name="directory">The job's directory.</param>
/// <param name="held">A file that is kept open for it, and that it can write to; counts while it has no name.</param>
/// <param name="sizeOf">Counts what a directory takes.</param>
internal sealed class DiskMeter(string directory, int held, TreeCount sizeOf)
{
    private readonly (uint, uint)? _device = OperatingSystem.IsLinux() ? FileFacts.Of(Libc.AtCurrent, FileDescriptor.ToCString(directory))?.Device : null;
    private readonly Dictionary<ulong, long> _nameless = [];

    /// <summary>How often in a row the directory could not be counted to its end.</summary>
    internal int Unfinished { get; private set; }

    /// <summary>Bytes in use now; more than <paramref name="limit"/> may be less than all.</summary>
    internal long Read(ProcFiles proc, IReadOnlyList<int> processes, long limit, CancellationToken cancellationToken)
    {
        _nameless.Clear();
        if (FileFacts.Of(held) is { IsFile: true } own)
        {
            AddOpen(own);
        }

        foreach (var pid in processes)
        {
            proc.EachOpenFile(pid, AddOpen);
            proc.EachMapping(pid, AddMapped);
        }

        var nameless = _nameless.Values.Sum();
        return nameless > limit ? nameless : nameless + InDirectory(limit - nameless, cancellationToken);
    }

    internal long InDirectory(long limit, CancellationToken cancellationToken)
    {
        var (bytes, whole) = sizeOf(directory, limit, cancellationToken);
        Unfinished = whole ? 0 : Unfinished + 1;
        return bytes;
    }

    private void AddOpen(FileFacts file)
    {
        if (file.Links == 0 && file.Device == _device)
        {
            _nameless[file.Node] = file.Used;
        }
    }

    private void AddMapped(Mapping mapping)
    {
        if (mapping.IsDeleted && mapping.Device == _device && !_nameless.ContainsKey(mapping.Node))
        {
            _nameless[mapping.Node] = mapping.File?.Used ?? mapping.Length;
        }
    }
}
