namespace OtherThing.Web.Hosting.Requests;

/// <summary>What every answer forbids the browser: foreign scripts, frames, guessing of content types.</summary>
internal static class SecurityHeaders
{
    // Styles may be inline: MudBlazor writes its palette and positions in the page. Scripts may not.
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>The same with one inline script, known by its hash.</summary>
    public static string PolicyWith(string hash) => ContentSecurityPolicy.Replace("script-src 'self'", $"script-src 'self' '{hash}'", StringComparison.Ordinal);

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    });
}
