using Orleans.Configuration;

namespace OtherThing.Web.Hosting;

/// <summary>Orleans in this process, alone: no other silo can join it.</summary>
internal static class SiloSetup
{
    public static WebApplicationBuilder AddSilo(this WebApplicationBuilder builder)
    {
        builder.UseOrleans(silo =>
        {
            // Addresses of grains that ended stay in the cache until it is full. Its default of a million grows by 50 MiB with every
            // 100,000 runs; what runs at once is a few thousand.
            silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = 10_000);
            // The port is part of the silo's name and nothing more: what would listen on it is replaced.
            silo.UseLocalhostClustering(gatewayPort: 0);
            NoTransport.Replace(silo.Services);
        });
        return builder;
    }
}
