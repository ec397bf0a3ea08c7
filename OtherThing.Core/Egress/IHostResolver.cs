using System.Net;

namespace OtherThing.Core.Egress;

/// <summary>Turns a host name into addresses, once per connection.</summary>
public interface IHostResolver
{
    /// <summary>The addresses of a host, in the order to try them.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">There is no such host.</exception>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>The system's resolver.</summary>
public sealed class SystemHostResolver : IHostResolver
{
    /// <inheritdoc/>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        Dns.GetHostAddressesAsync(host, cancellationToken);
}
