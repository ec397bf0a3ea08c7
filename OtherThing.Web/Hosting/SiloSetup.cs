using System.Net;
using Orleans.Configuration;
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
            // Addresses of grains that ended stay in the cache until it is full. Its default of a million grows by 50 MiB with every
            // 100,000 runs; what runs at once is a few thousand.
            silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = 10_000);
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
