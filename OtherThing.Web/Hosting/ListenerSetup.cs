using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OtherThing.Web.Hosting;

/// <summary>Plain HTTP cannot offer HTTP/1.1 and HTTP/2 on one port, so nodes get a port of their own.</summary>
internal static class ListenerSetup
{
    public static WebApplicationBuilder AddServerOptions(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ServerOptions>().BindConfiguration(ServerOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        return builder;
    }

    public static ServerOptions ReadServerOptions(this WebApplicationBuilder builder) =>
        builder.Configuration.GetSection(ServerOptions.Section).Get<ServerOptions>() ?? new ServerOptions();

    public static WebApplicationBuilder AddListeners(this WebApplicationBuilder builder)
    {
        var options = builder.ReadServerOptions();
        var certificate = builder.Configuration["Kestrel:Certificates:Default:Path"];
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Any byte is taken in a header's value, as HTTP has it; whoever reads one for people sees whether it is UTF-8.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.Limits.MaxConcurrentUpgradedConnections = 2_000;
            kestrel.Limits.MaxRequestBodySize = 10 * 1024 * 1024;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
            if (certificate is not null)
            {
                Listen(kestrel, options.BindAddress, options.HttpPort, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1AndHttp2;
                    listen.UseHttps();
                });
                return;
            }

            Listen(kestrel, options.BindAddress, options.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
            Listen(kestrel, options.BindAddress, options.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
        });
        return builder;
    }

    /// <summary>The address nodes dial, once the server listens: the port of its own, or the one HTTPS port.</summary>
    public static Uri GrpcAddress(this IServer server) => Reachable(server)[^1];

    /// <summary>The address of pages and REST from this machine, once the server listens.</summary>
    public static Uri HttpAddress(this IServer server) => Reachable(server)[0];

    /// <summary>What it listens on, as this machine reaches it: "any address" is loopback from here.</summary>
    private static Uri[] Reachable(IServer server) =>
        [.. server.Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address =>
                new Uri(address.Replace("//[::]", "//localhost", StringComparison.Ordinal).Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal)))];

    private static void Listen(KestrelServerOptions kestrel, string address, int port, Action<ListenOptions> configure)
    {
        if (address is "localhost")
        {
            kestrel.ListenLocalhost(port, configure);
        }
        else
        {
            kestrel.Listen(IPAddress.Parse(address), port, configure);
        }
    }
}
