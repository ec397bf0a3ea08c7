using System.Net;
using System.Net.Sockets;

namespace OtherThing.Lab.Processes;

/// <summary>Where a server listens, keeps its data, and is reached.</summary>
/// <param name="BindAddress">As <c>OtherThing:BindAddress</c> takes it.</param>
/// <param name="HttpPort">Pages and REST.</param>
/// <param name="GrpcPort">gRPC for nodes.</param>
/// <param name="DataDirectory">Where the database lies; two servers that share it serve in turn.</param>
/// <param name="ReachedAt">The address that clients use: its own, or a balancer's.</param>
public sealed record ServerPlace(string BindAddress, int HttpPort, int GrpcPort, string DataDirectory, Uri ReachedAt)
{
    /// <summary>Where it listens itself.</summary>
    public Uri Listens => BindAddress == "127.0.0.1" ? new($"http://localhost:{HttpPort}") : new($"http://{BindAddress}:{HttpPort}");

    /// <summary>Free ports on loopback and a new directory.</summary>
    public static ServerPlace OfItsOwn()
    {
        var (http, grpc) = (FreePort(), FreePort());
        return new ServerPlace("127.0.0.1", http, grpc, Directory.CreateTempSubdirectory("otherthing-server-").FullName, new Uri($"http://localhost:{http}"));
    }

    /// <summary>A port of loopback that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
