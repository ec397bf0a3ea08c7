using System.Globalization;

namespace OtherThing.Agent.Sandboxes;

/// <summary>
/// The folders of a sandbox that lie in memory. Each is as large as the job's memory at most, and what is in them counts as its memory;
/// everything else that bubblewrap makes of memory, the root and <c>/dev</c>, can only be read.
/// </summary>
internal static class MemoryPlaces
{
    internal static readonly string[] Writable = ["/tmp", "/run", "/dev/shm"];

    /// <summary>Comes after <c>--dev /dev</c>, whose own <c>/dev/shm</c> has no size. No size: as much as the system gives.</summary>
    internal static IEnumerable<string> Arguments(long memoryBytes) => Writable.SelectMany(place =>
        memoryBytes > 0 ? new[] { "--size", memoryBytes.ToString(CultureInfo.InvariantCulture), "--tmpfs", place } : ["--tmpfs", place]);

    /// <summary>Comes last: nothing can be made in them any more.</summary>
    internal static IEnumerable<string> Closing => ["--remount-ro", "/dev", "--remount-ro", "/"];
}
