using System.Net;
using System.Net.Sockets;

namespace OtherThing.Core.Access;

/// <summary>Whom tries are counted for: an address of version 4, or the /64 of one of version 6, all of which one sender has.</summary>
public static class SenderNetwork
{
    /// <summary>The network of an address; <see cref="IPAddress.None"/> for null.</summary>
    public static IPAddress Of(IPAddress? sender)
    {
        if (sender is null || sender.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return sender ?? IPAddress.None;
        }

        if (sender.IsIPv4MappedToIPv6)
        {
            return sender.MapToIPv4();
        }

        var bytes = sender.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
