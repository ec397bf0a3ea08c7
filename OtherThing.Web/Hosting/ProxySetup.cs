using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace OtherThing.Web.Hosting;

/// <summary>Whose <c>X-Forwarded-*</c> to believe: the proxies named in <c>OtherThing:Proxies</c> (comma-separated addresses), else nobody's.</summary>
internal static class ProxySetup
{
    public static WebApplication UseKnownProxies(this WebApplication app)
    {
        var known = (app.Configuration["OtherThing:Proxies"] ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(IPAddress.Parse).ToArray();
        if (known.Length > 0)
        {
            var options = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            };
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
