namespace OtherThing.Web.Hosting;

/// <summary>The order of the middleware, in one place.</summary>
internal static class Pipeline
{
    public static WebApplication UsePipeline(this WebApplication app)
    {
        app.UseKnownProxies();
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(RestSetup.Prefix),
            rest => rest.UseStatusCodePages());
        app.UseWhen(
            context => !context.Request.Path.StartsWithSegments(RestSetup.Prefix),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseSameOrigin();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseWhen(context => context.Request.Path.StartsWithSegments(RestSetup.Prefix), rest => rest.UseMiddleware<Idempotency>());
        return app;
    }
}
