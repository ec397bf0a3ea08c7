using System.Net;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Tests.Agent;

public sealed class NetworkFenceTests
{
    [Theory]
    [InlineData(false, "10.0.0.1", true)]
    [InlineData(true, "10.0.0.1", false)]
    [InlineData(false, "100.64.0.1", true)]
    [InlineData(true, "100.100.100.200", true)]
    [InlineData(true, "169.254.169.254", true)]
    [InlineData(true, "127.8.8.8", true)]
    [InlineData(true, "255.255.255.255", true)]
    [InlineData(true, "45.67.89.10", true)]
    [InlineData(false, "45.67.89.200", true)]
    [InlineData(true, "45.67.89.200", false)]
    [InlineData(false, "45.67.90.1", false)]
    [InlineData(false, "1.1.1.1", false)]
    public void N05_NetworkFence_Address_IsClosedWhereItLeadsToTheMachineOrItsNetworks(bool reachesPrivate, string address, bool closed)
    {
        var fence = NetworkFence.Closed([(IPAddress.Parse("127.0.0.1"), 8), (IPAddress.Parse("45.67.89.10"), 24)], reachesPrivate);

        Assert.Equal(closed, fence.Any(network => network.Contains(IPAddress.Parse(address))));
    }
}
