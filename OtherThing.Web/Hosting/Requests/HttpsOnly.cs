using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Rest;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>
/// A team's server takes passwords, tokens and cookies over HTTPS only: its own, or that of a proxy which says so. What comes plain is
/// refused with the reason, but for health checks and the nodes' own port, whose TLS ends at the proxy.
/// </summary>
internal static class HttpsOnly
{
    private static readonly Error s_plain = new(
        ErrorKind.Forbidden, "server.https_required",
        "This server is reached over HTTPS only. Behind a proxy: OtherThing__Proxies has to name its address, and it has to send X-Forwarded-Proto.");

    private const string NodePrefix = "/otherthing.node.v1.";

    public static IApplicationBuilder UseHttpsOnly(this WebApplication app)
    {
        if (ServerModes.Of(app.Configuration, app.Environment) != ServerMode.Team)
        {
            return app;
        }

        app.UseHsts();
        return app.Use((context, next) => context.Request.IsHttps || MayBePlain(context.Request) ? next(context) : s_plain.ToProblem().ExecuteAsync(context));
    }

    private static bool MayBePlain(HttpRequest request) =>
        request.Path.StartsWithSegments("/health")
        || (request.Path.Value!.StartsWith(NodePrefix, StringComparison.Ordinal)
            && request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true);
}
