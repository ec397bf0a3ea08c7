using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace OtherThing.Agent.Sandboxes;

/// <summary>
/// What the network of a job never leads to, and what it leads to only where the machine's owner says so. All of it is IPv4: such a network
/// has no other addresses.
/// </summary>
internal static class NetworkFence
{
    private static readonly IPNetwork[] s_never =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this machine
        IPNetwork.Parse("127.0.0.0/8"), // its loopback
        IPNetwork.Parse("169.254.0.0/16"), // link-local, metadata of most clouds
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments, metadata of one cloud
        IPNetwork.Parse("100.100.100.200/32"), // metadata of one cloud
        IPNetwork.Parse("168.63.129.16/32"), // what a machine of one cloud asks its host
        IPNetwork.Parse("198.18.0.0/15"), // the way out itself, see JobNetwork
        IPNetwork.Parse("224.0.0.0/4"), // groups
        IPNetwork.Parse("240.0.0.0/4"), // reserved, broadcast
    ];

    private static readonly IPNetwork[] s_private =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // relays
    ];

    /// <summary>Everything that is closed to a job of a machine with these addresses.</summary>
    /// <param name="own">The machine's own addresses, each with the length of its network's prefix.</param>
    /// <param name="reachesPrivate">Whether the owner lends the networks that the machine is part of, and private ones behind them.</param>
    internal static IReadOnlyList<IPNetwork> Closed(IEnumerable<(IPAddress Address, int PrefixLength)> own, bool reachesPrivate)
    {
        var closed = new List<IPNetwork>(s_never);
        if (!reachesPrivate)
        {
            closed.AddRange(s_private);
        }

        foreach (var (address, prefixLength) in own)
        {
            closed.Add(new IPNetwork(address, 32));
            if (!reachesPrivate)
            {
                closed.Add(NetworkOf(address, prefixLength));
            }
        }

        return [.. closed.Distinct()];
    }

    internal static IEnumerable<(IPAddress Address, int PrefixLength)> OfThisMachine() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(link => link.GetIPProperties().UnicastAddresses)
        .Where(own => own.Address.AddressFamily == AddressFamily.InterNetwork)
        .Select(own => (own.Address, own.PrefixLength));

    private static IPNetwork NetworkOf(IPAddress address, int prefixLength)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefixLength; bit < 32; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), prefixLength);
    }
}
