using System.Globalization;

namespace OtherThing.Tests.Support;

/// <summary>What a process of this machine takes connections and datagrams on, as the kernel tells (Linux).</summary>
internal static class ListeningSockets
{
    private const string TcpListen = "0A";
    private const string UdpUnconnected = "07";

    /// <summary>The ports of the process, of every protocol, in ascending order.</summary>
    public static int[] PortsOf(int processId)
    {
        var inodes = new DirectoryInfo($"/proc/{processId}/fd").EnumerateFileSystemInfos()
            .Select(descriptor => descriptor.LinkTarget ?? "")
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target["socket:[".Length..^1])
            .ToHashSet(StringComparer.Ordinal);
        return [.. Rows(processId, "tcp", TcpListen).Concat(Rows(processId, "tcp6", TcpListen))
            .Concat(Rows(processId, "udp", UdpUnconnected)).Concat(Rows(processId, "udp6", UdpUnconnected))
            .Where(row => inodes.Contains(row.Inode))
            .Select(row => row.Port).Distinct().Order()];
    }

    /// <summary>A row: number, local address:port, remote, state, queues, timer, retransmits, uid, timeout, inode.</summary>
    private static IEnumerable<(int Port, string Inode)> Rows(int processId, string protocol, string state) =>
        File.ReadLines($"/proc/{processId}/net/{protocol}").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(cells => cells[3] == state)
            .Select(cells => (int.Parse(cells[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture), cells[9]));
}
