using System.Net;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace OtherThing.Web.Hosting;

/// <summary>Whose <c>X-Forwarded-*</c> to believe: the proxies named in <c>OtherThing:Proxies</c> (comma-separated addresses), else nobody's.</summary>
internal static class ProxySetup
{
    /// <summary>The proxies as they are written in the settings.</summary>
    public static string[] Named(IConfiguration configuration) => (configuration["OtherThing:Proxies"] ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static WebApplication UseKnownProxies(this WebApplication app)
    {
        var known = Named(app.Configuration).Select(IPAddress.Parse).ToArray();
        if (known.Length > 0)
        {
            var options = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            };
            // The host that a proxy tells of passes the same list as one in the request itself.
            options.AllowedHosts = app.Services.GetRequiredService<IOptions<HostFilteringOptions>>().Value.AllowedHosts;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in known)
            {
                options.KnownProxies.Add(proxy);
            }

            app.UseForwardedHeaders(options);
        }

        return app;
    }
}
