using System.Net;
using System.Net.Sockets;

namespace OtherThing.Core.Egress;

/// <summary>Tells the public internet from everything else: loopback, private, link-local, metadata, shared, reserved.</summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] s_notPublic =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network
        IPNetwork.Parse("10.0.0.0/8"), // private
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("169.254.0.0/16"), // link-local, cloud metadata
        IPNetwork.Parse("172.16.0.0/12"), // private
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relay
        IPNetwork.Parse("192.168.0.0/16"), // private
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/3"), // multicast, reserved, broadcast
        IPNetwork.Parse("2001::/23"), // Teredo, ORCHID, protocol assignments
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4: an IPv4 address inside
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    // All public IPv6 is in here; outside lie loopback, mapped IPv4, NAT64, unique local, link-local, site-local, multicast.
    private static readonly IPNetwork s_globalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>True when the address belongs to the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        // An IPv4 address in IPv6 clothes reaches the same machine.
        var seen = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (seen.AddressFamily == AddressFamily.InterNetworkV6 && !s_globalUnicast.Contains(seen))
        {
            return false;
        }

        return !s_notPublic.Any(network => network.Contains(seen));
    }
}
