using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>
/// How much memory a job holds in all: the private pages of its processes, what they share, the pieces of memory that are only open
/// (memfd), and the folders of its sandbox that lie in memory. Pages of files on disk are not counted: the system takes them back by itself.
/// </summary>
internal sealed class MemoryMeter : IDisposable
{
    /// <summary>What an entry of a folder in memory costs, beside its content.</summary>
    private const long EntryBytes = 1024;
    private static readonly (uint Major, uint Minor)? s_shared = FindShared();
    private readonly List<Folder> _places = [];
    private readonly Dictionary<ulong, long> _pieces = [];
    private readonly Dictionary<ulong, long> _seenPieces = [];

    /// <summary>Holds on to the sandbox's folders in memory, so that they can be looked at even after its end.</summary>
    internal void Attach(int inside)
    {
        foreach (var place in MemoryPlaces.Writable)
        {
            if (Folder.Open($"/proc/{inside}/root{place}") is { } folder)
            {
                _places.Add(folder);
            }
        }
    }

    /// <summary>Whether a folder in memory has no room left.</summary>
    internal bool HasFullPlace => _places.Any(place => SpaceOf.Folder(place) is { Total: > 0, Free: < 64 * 1024 });

    /// <summary>Bytes in use. Exact only where a rough count, which is never too low, is above <paramref name="limit"/>.</summary>
    internal long Read(ProcFiles proc, List<int> processes, long limit)
    {
        _pieces.Clear();
        _seenPieces.Clear();
        var (own, shared) = (0L, 0L);
        foreach (var pid in processes)
        {
            if (proc.Use(pid) is not { } use)
            {
                continue;
            }

            own += use.Private;
            shared += use.Shared;
            proc.EachOpenFile(pid, AddOpen);
            if (use.Shared > 0)
            {
                proc.EachMapping(pid, AddMapped);
            }
        }

        var lasting = _pieces.Values.Sum() + _places.Sum(InPlace);
        // A piece that is mapped and cannot be looked at is as large as what its users touched of it at most.
        var unseen = Math.Min(shared, _seenPieces.Where(piece => !_pieces.ContainsKey(piece.Key)).Sum(piece => piece.Value));
        if (own + lasting + unseen <= limit)
        {
            return own + lasting + unseen;
        }

        var exact = processes.ConvertAll(proc.Proportional);
        return exact.Sum(part => part.Private) + lasting + Math.Min(unseen, exact.Sum(part => part.Shared));
    }

    public void Dispose() => _places.ForEach(place => place.Dispose());

    private static long InPlace(Folder place) => SpaceOf.Folder(place) is { } space ? space.Total - space.Free + (space.Entries * EntryBytes) : 0;

    private void AddOpen(FileFacts file)
    {
        if (file.Device == s_shared)
        {
            _pieces[file.Node] = file.Used;
        }
    }

    private void AddMapped(Mapping mapping)
    {
        if (mapping.Device != s_shared || _pieces.ContainsKey(mapping.Node))
        {
            return;
        }

        if (mapping.File is { } file)
        {
            _pieces[mapping.Node] = file.Used;
        }
        else
        {
            _seenPieces[mapping.Node] = Math.Max(mapping.Length, _seenPieces.GetValueOrDefault(mapping.Node));
        }
    }

    /// <summary>The file system inside the kernel that holds shared memory without a name.</summary>
    private static (uint, uint)? FindShared()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var fd = SpaceOf.CreateMemoryFile();
        var device = fd < 0 ? null : FileFacts.Of(fd)?.Device;
        FileDescriptor.Close(fd);
        return device;
    }
}
