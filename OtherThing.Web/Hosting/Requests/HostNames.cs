using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.HostFiltering;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>
/// The names this server answers to, on every port; a request for another gets 400. A page of a foreign name that was made to lead to
/// this machine (DNS rebinding) so reaches nothing.
/// </summary>
internal static class HostNames
{
    public const string Setting = "AllowedHosts";

    private static readonly string[] s_loopback = ["localhost", "127.0.0.1", "[::1]", "*.localhost"];

    public static WebApplicationBuilder AddHostNames(this WebApplicationBuilder builder)
    {
        var names = Of(builder.Mode(), builder.Configuration, builder.ReadServerOptions().BindAddress);
        builder.Services.Configure<HostFilteringOptions>(options =>
        {
            options.AllowedHosts = [.. names];
            options.AllowEmptyHosts = false;
        });
        return builder;
    }

    /// <summary>A team's server has the names it was given; any other those of this machine, and what was named beside.</summary>
    public static IReadOnlyList<string> Of(ServerMode mode, IConfiguration configuration, string bindAddress)
    {
        var named = Named(configuration).Where(name => !name.Contains('*', StringComparison.Ordinal));
        return mode == ServerMode.Team ? [.. named] : [.. s_loopback.Concat(Own(bindAddress)).Concat(named).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    public static string[] Named(IConfiguration configuration) =>
        (configuration[Setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static bool IsLoopback(string name) =>
        s_loopback.Contains(name, StringComparer.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    // The one address that it was told to listen on: an address is no name that a foreign page could be given.
    private static string[] Own(string bindAddress) =>
        !IPAddress.TryParse(bindAddress, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? []
        : [address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString()];
}
