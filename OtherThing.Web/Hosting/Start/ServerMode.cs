using System.Net;

namespace OtherThing.Web.Hosting.Start;

/// <summary>Whom a server is for; what it asks of its settings and of a browser follows from that.</summary>
internal enum ServerMode
{
    /// <summary>A developer's own machine: plain HTTP, loopback names, nothing to set.</summary>
    Development,

    /// <summary><c>OtherThing:Trial</c>: as released, tried on one machine; plain HTTP on loopback, nothing else.</summary>
    Trial,

    /// <summary>A team's server: HTTPS, named hosts, sealed key rings, a code for the first account.</summary>
    Team,
}

internal static class ServerModes
{
    public static ServerMode Mode(this WebApplicationBuilder builder) => Of(builder.Configuration, builder.Environment);

    public static ServerMode Of(IConfiguration configuration, IHostEnvironment environment) =>
        environment.IsDevelopment() ? ServerMode.Development
        : bool.TryParse(configuration[$"{ServerOptions.Section}:{nameof(ServerOptions.Trial)}"], out var trial) && trial ? ServerMode.Trial
        : ServerMode.Team;

    /// <summary>Whether an address to listen on is reached from this machine only.</summary>
    public static bool IsLoopback(string address) =>
        address is "localhost" || (IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed));
}
