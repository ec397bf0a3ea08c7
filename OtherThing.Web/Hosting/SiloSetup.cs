using System.Net;
using StackExchange.Redis;

namespace OtherThing.Web.Hosting;

/// <summary>Orleans in this process: alone on loopback, or a cluster when <c>Cluster:Redis</c> is set.</summary>
internal static class SiloSetup
{
    public static WebApplicationBuilder AddSilo(this WebApplicationBuilder builder)
    {
        var redis = builder.Configuration["Cluster:Redis"];
        builder.UseOrleans(silo =>
        {
            if (string.IsNullOrEmpty(redis))
            {
                // Port 0: two servers run side by side; nobody dials a lone silo.
                silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0);
            }
            else
            {
                silo.UseRedisClustering(options => options.ConfigurationOptions = ConfigurationOptions.Parse(redis));
            }
        });
        return builder;
    }

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
