using System.Reflection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OtherThing.Data;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Hosting;

/// <summary>Liveness, readiness (database, silo) and the discovery document that agents read first.</summary>
internal static class HealthSetup
{
    public static string ServerVersion { get; } =
        typeof(HealthSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static WebApplicationBuilder AddHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddHostedService<StartMemory>();
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database").AddCheck<SiloHealthCheck>("silo");
        return builder;
    }

    public static WebApplication MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        return app;
    }

    public static WebApplication MapDiscovery(this WebApplication app)
    {
        app.MapGet("/.well-known/otherthing", (HttpRequest request, IServer server) =>
        {
            // Behind a proxy or with a certificate the nodes use the address they were told; else the port of their own.
            var grpc = server.GrpcAddress();
            var host = request.IsHttps ? request.Host.ToString() : $"{request.Host.Host}:{grpc.Port}";
            return TypedResults.Ok(new DiscoveryResponse(ServerVersion, $"{request.Scheme}://{host}"));
        }).AllowAnonymous().WithName("Discover");
        return app;
    }

    internal sealed record DiscoveryResponse(string Version, string Grpc);

    private sealed class DatabaseHealthCheck(IDbContextFactory<AppDbContext> contexts) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            return await db.Database.CanConnectAsync(cancellationToken)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }

    private sealed class SiloHealthCheck(IClusterClient cluster) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await cluster.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true, cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}
