namespace OtherThing.Web.Hosting.Requests;

/// <summary>
/// Pages talk to their own server only. A browser sends the cookie along with a WebSocket or form of any site, so one whose
/// <c>Origin</c> is foreign is refused; programs under <c>/api</c> send no cookie and may come from anywhere.
/// </summary>
internal static class SameOrigin
{
    public static IApplicationBuilder UseSameOrigin(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (IsForeign(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        return next(context);
    });

    private static bool IsForeign(HttpRequest request)
    {
        var acts = request.Path.StartsWithSegments("/_blazor")
            || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));
        return acts
            && !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/hooks")
            && request.Headers.Origin is [{ Length: > 0 } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && new HostString(from.Authority) == WithoutDefaultPort(request));
    }

    private static HostString WithoutDefaultPort(HttpRequest request) =>
        request.Host.Port is 80 or 443 && request.Host.Port == (request.IsHttps ? 443 : 80)
            ? new HostString(request.Host.Host)
            : request.Host;
}
